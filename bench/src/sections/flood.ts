import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bench, bearer, gatewayOf, tokensFile } from '../environment.ts'
import { runOpenLoop } from '../load/run.ts'
import { using } from '../machine/subject.ts'
import { warmUp } from '../rounds.ts'
import { usualPath } from '../workload/gateway-config.ts'
import type { Section } from './section.ts'

/** More new tokens than one core can verify, every one of them forged: what becomes of everybody else? */
export const flood: Section = {
  id: 'flood',
  title: 'A flood of forged tokens',
  quick: true,
  async run(bench, collect) {
    const [warm, forged] = await using(gatewayOf(bench, 'ES384'), async (gateway) => {
      bench.progress.step('a flood, warming up')
      const load = { paths: [usualPath], headers: await bearer(bench, 'ES384') }
      await warmUp(gateway, load, bench.plan.warmUpSeconds, bench.folder)
      bench.progress.step(`a flood of ${forgedPerSecond} forged tokens/s`)
      const streams = await streamsOf(bench)
      return runOpenLoop({ port: gateway.port, streams, warmUpSeconds, seconds: floodSeconds })
    })
    if (warm === undefined || forged === undefined) throw new Error('the load gave no result')
    const share = (id: string, name: string, part = 0, all = 1) =>
      collect.figure({ id, name, value: (part / all) * 100, unit: '%' })
    share('flood-503', 'forged tokens answered 503', forged.statuses['503'], forged.sent)
    share('flood-401', 'forged tokens verified and answered 401', forged.statuses['401'], forged.sent)
    share('flood-warm', 'warm requests answered 200 meanwhile', warm.statuses['200'], warm.sent)
    collect.figure({ id: 'flood-warm-p99', name: 'their p99', value: warm.p99Ms, unit: 'ms' })
  },
}

const forgedPerSecond = 4000
const floodSeconds = 3
const warmUpSeconds = 1

async function streamsOf(bench: Bench) {
  const [token = ''] = await bench.issuers.ES384.tokens(1)
  const forgedFile = join(bench.folder, 'forged')
  await writeFile(forgedFile, forge(token, forgedPerSecond * (floodSeconds + warmUpSeconds + 1)).join('\n'))
  const paths = [usualPath]
  return [
    { name: 'warm', perSecond: 1000, paths, tokensFile: await tokensFile(bench, 'ES384', 1) },
    { name: 'forged', perSecond: forgedPerSecond, paths, tokensFile: forgedFile },
  ]
}

/** Well-formed in everything but the signature: each costs a verification. */
function forge(token: string, count: number): string[] {
  const at = token.lastIndexOf('.') + 1
  const [input, signature] = [token.slice(0, at), token.slice(at)]
  return Array.from({ length: count }, (_, i) => {
    const mark = Buffer.from(String(i).padStart(9, '0')).toString('base64url')
    return `${input}${mark}${signature.slice(mark.length)}`
  })
}
