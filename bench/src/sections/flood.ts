import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bearer, placeFor, tokensFile } from '../bench.ts'
import { runOpenLoop } from '../load/run-open-loop.ts'
import { runRound } from '../rounds.ts'
import { startGateway } from '../subject.ts'
import { usualPath } from '../workload/gateway-config.ts'
import type { Section } from './section.ts'

/** More new tokens than one core can verify, every one of them forged: what becomes of everybody else? */
export const flood: Section = {
  id: 'flood',
  title: 'A flood of forged tokens',
  quick: true,
  seconds: () => floodSeconds + 5,
  async run(bench, collect) {
    const { folder, progress } = bench
    const gateway = collect.keep(await startGateway(folder, placeFor(bench, 'ES384')))
    progress.step('a flood, warming up')
    const known = { paths: [usualPath], headers: bearer(bench, 'ES384') }
    await runRound({ id: 'flood', name: 'Scopegate', subject: gateway, load: known }, 2, folder)
    progress.step(`a flood of ${forgedPerSecond} forged tokens/s`)
    const forgedFile = join(folder, 'forged')
    await writeFile(
      forgedFile,
      forge(bench.tokens.sets.ES384.tokens[0] ?? '', forgedPerSecond * (floodSeconds + 1)).join('\n'),
    )
    const warmFile = await tokensFile(bench, 'ES384', 1)
    const streams = [
      { name: 'warm', perSecond: 1000, paths: [usualPath], tokensFile: warmFile },
      { name: 'forged', perSecond: forgedPerSecond, paths: [usualPath], tokensFile: forgedFile },
    ]
    const [warm, forged] = await runOpenLoop({
      port: gateway.port,
      streams,
      warmUpSeconds: 1,
      seconds: floodSeconds,
    })
    if (warm === undefined || forged === undefined) throw new Error('the load gave no result')
    const share = (part = 0, all = 1) => (part / all) * 100
    collect.figure({
      id: 'flood-503',
      name: 'forged tokens answered 503',
      value: share(forged.statuses['503'], forged.sent),
      unit: '%',
    })
    collect.figure({
      id: 'flood-401',
      name: 'forged tokens verified and answered 401',
      value: share(forged.statuses['401'], forged.sent),
      unit: '%',
    })
    collect.figure({
      id: 'flood-warm',
      name: 'warm requests answered 200 meanwhile',
      value: share(warm.statuses['200'], warm.sent),
      unit: '%',
    })
    collect.figure({ id: 'flood-warm-p99', name: 'their p99', value: warm.p99Ms, unit: 'ms' })
  },
}

const forgedPerSecond = 4000
const floodSeconds = 3

/** Well-formed in everything but the signature: each costs a verification. */
function forge(token: string, count: number): string[] {
  const at = token.lastIndexOf('.') + 1
  const [input, signature] = [token.slice(0, at), token.slice(at)]
  return Array.from({ length: count }, (_, i) => {
    const mark = Buffer.from(String(i).padStart(9, '0')).toString('base64url')
    return `${input}${mark}${signature.slice(mark.length)}`
  })
}
