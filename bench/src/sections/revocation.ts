import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { alternate } from '../alternation.ts'
import { type Bench, gatewayOf } from '../environment.ts'
import { using } from '../machine/subject.ts'
import { costDifference, findRun, type Run } from '../results.ts'
import { median } from '../statistics.ts'
import { startProbedGateway } from '../workload/probed-gateway.ts'
import { sideLines } from '../workload/side-lines.ts'
import { startTenant, type Tenant } from '../workload/tenant.ts'
import { type TenantOptions, tenantConfig } from '../workload/tenant-config.ts'
import type { Collect, Section } from './section.ts'

/** Every request is asked whether a cut-off withdraws its token. */
export const revocation: Section = {
  id: 'revocation',
  title: '100,000 cut-offs',
  quick: false,
  async run(bench, collect) {
    const tenant = await startTenant(bench.issuers.ES384)
    try {
      const revocationFile = await writeCutOffs(bench, tenant)
      await perRequest(bench, collect, tenant, revocationFile)
      const empty = await usedMiB(bench, tenant, undefined)
      const value = (await usedMiB(bench, tenant, revocationFile)) - empty
      collect.figure({ id: 'revocation-mib', name: 'memory for 100,000 cut-offs', value, unit: 'MiB' })
    } finally {
      tenant.close()
    }
  },
}

const cutOffs = 100_000

/** Of subjects whose identifiers are as long as Logto's. None is the one that requests come for. */
async function writeCutOffs({ folder }: Bench, { url }: Tenant): Promise<string> {
  const before = new Date().toISOString()
  const lines = Array.from({ length: cutOffs }, (_, i) => {
    const sub = i.toString(36).padStart(12, '0')
    return `${JSON.stringify({ issuer: `${url}/oidc`, sub, before })}\n`
  })
  const file = join(folder, 'revocations.jsonl')
  await writeFile(file, lines.join(''))
  return file
}

/** The two APIs may differ by themselves: how much is known from a process without cut-offs. */
async function perRequest(bench: Bench, collect: Collect, tenant: Tenant, revocationFile: string) {
  const without = await inTurns(bench, tenant, 'no cut-offs', {})
  const having = await inTurns(bench, tenant, '100,000 cut-offs', { revocationFile })
  const title = 'A request with a token that no cut-off withdraws'
  collect.table({
    id: 'revocation',
    title,
    runs: [...having, ...without.map((run) => ({ ...run, id: `${run.id}-without` }))],
  })
  const differences = differencesOf(without)
  const rounds = differencesOf(having).map((more, i) => more - (differences[i] ?? Number.NaN))
  const name = 'CPU time that they add to a request'
  collect.figure({ id: 'revocation-cost', name, value: median(rounds), unit: 'µs', rounds })
}

function inTurns(bench: Bench, tenant: Tenant, title: string, options: TenantOptions): Promise<Run[]> {
  const names = { here: `${title}, their issuer`, away: `${title}, another issuer` }
  const start = { config: tenantConfig(tenant, options) }
  return using(gatewayOf(bench, 'ES384', start), (gateway) =>
    alternate(gateway, sideLines(tenant, names), bench.plan.alternation, { ...bench, title }),
  )
}

function differencesOf(runs: readonly Run[]): number[] {
  const [here, away] = [findRun(runs, 'here'), findRun(runs, 'away')]
  return here === undefined || away === undefined ? [] : costDifference(here, away)
}

/** After a collection, and before the first request. */
async function usedMiB(bench: Bench, tenant: Tenant, revocationFile: string | undefined): Promise<number> {
  const options = revocationFile === undefined ? {} : { revocationFile }
  const start = { config: tenantConfig(tenant, options) }
  bench.progress.step('cut-offs, memory')
  return using(startProbedGateway(bench, 'ES384', start), async ({ usedBytes }) => {
    return (await usedBytes('collected')) / 2 ** 20
  })
}
