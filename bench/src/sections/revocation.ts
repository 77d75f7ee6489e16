import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { alternate } from '../alternation.ts'
import { type Bench, gatewayOf } from '../environment.ts'
import { using } from '../machine/subject.ts'
import { costDifference, findRun } from '../results.ts'
import { median } from '../statistics.ts'
import { startProbedGateway } from '../workload/probed-gateway.ts'
import { sideLines } from '../workload/side-lines.ts'
import { startTenant, type Tenant } from '../workload/tenant.ts'
import { tenantConfig } from '../workload/tenant-config.ts'
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

async function perRequest(bench: Bench, collect: Collect, tenant: Tenant, revocationFile: string) {
  const lines = sideLines(tenant, { here: '100,000 cut-offs of its issuer', away: 'none' })
  const start = { config: tenantConfig(tenant, { revocationFile }) }
  const title = 'cut-offs'
  const runs = await using(gatewayOf(bench, 'ES384', start), (gateway) =>
    alternate(gateway, lines, bench.plan.alternation, { ...bench, title }),
  )
  collect.table({ id: 'revocation', title: 'A request with a token that no cut-off withdraws', runs })
  const [many, none] = [findRun(runs, 'here'), findRun(runs, 'away')]
  if (many === undefined || none === undefined) return
  const rounds = costDifference(many, none)
  const name = 'CPU time that they add to a request'
  collect.figure({ id: 'revocation-cost', name, value: median(rounds), unit: 'µs', rounds })
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
