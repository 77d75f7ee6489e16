import { type Bench, bearer, gatewayOf } from '../environment.ts'
import { freePort, startSubject, using } from '../machine/subject.ts'
import { program } from '../programs.ts'
import { type Contender, type Line, runRounds } from '../rounds.ts'
import { unknownPath, usualPath } from '../workload/gateway-config.ts'
import type { Section } from './section.ts'

/** What an attacker can make the gateway spend. */
export const refusals: Section = {
  id: 'refusals',
  title: 'Refused requests',
  quick: true,
  async run(bench, collect) {
    const lines = await gatewayLines(bench)
    await requireStatuses(bench, lines)
    const contenders: Contender[] = [
      { start: startBare, lines: [bare] },
      { start: () => gatewayOf(bench, 'ES384'), lines },
    ]
    const runs = await runRounds(contenders, bench.plan.refusals, { ...bench, title: 'refusals' })
    collect.table({ id: 'refusals', title: refusals.title, runs })
  },
}

const bare: Line = {
  id: 'bare',
  name: 'bare node:http, refusing',
  does: 'answers 401 to everything, asks no upstream',
  load: { paths: [usualPath], expect: 'refusal' },
}

async function startBare() {
  const port = await freePort()
  return startSubject([process.execPath, program('peers/programs/refuse'), String(port)], port)
}

async function gatewayLines(bench: Bench): Promise<Line[]> {
  const lacking = { Authorization: `Bearer ${await bench.issuers.ES384.token({ scope: 'other' })}` }
  const known = await bearer(bench, 'ES384')
  const line = (id: string, why: string, path: string, headers: Readonly<Record<string, string>>): Line => ({
    id,
    name: `Scopegate, ${id} ${why}`,
    does: 'refuses, with a problem body and a log line',
    load: { paths: [path], headers, expect: 'refusal' },
  })
  return [
    line('401', 'without a token', usualPath, {}),
    line('403', 'for a missing scope', usualPath, lacking),
    line('404', 'for no route', unknownPath, known),
  ]
}

/** wrk knows only that it was a refusal. */
async function requireStatuses(bench: Bench, lines: readonly Line[]): Promise<void> {
  await using(gatewayOf(bench, 'ES384'), async ({ port }) => {
    for (const { id, load } of lines) {
      const { status } = await fetch(`http://127.0.0.1:${port}${load.paths[0]}`, {
        headers: load.headers ?? {},
      })
      if (String(status) !== id) throw new Error(`${load.paths[0]} was answered ${status} and not ${id}`)
    }
  })
}
