import { alternate } from '../alternation.ts'
import { gatewayOf } from '../environment.ts'
import { using } from '../machine/subject.ts'
import { costRatio, findRun } from '../results.ts'
import { median } from '../statistics.ts'
import { sideLines } from '../workload/side-lines.ts'
import { startTenant } from '../workload/tenant.ts'
import { tenantConfig } from '../workload/tenant-config.ts'
import type { Section } from './section.ts'

/** Two headers of a user who has been looked up, against none, in the same process. */
export const profile: Section = {
  id: 'profile',
  title: 'Requests of a user whose profile is known',
  quick: false,
  async run(bench, collect) {
    const tenant = await startTenant(bench.issuers.ES384)
    const lines = sideLines(tenant, { here: 'with identity.profile', away: 'without' })
    const start = { config: tenantConfig(tenant, { profile: true }) }
    const title = 'profiles'
    const runs = await using(gatewayOf(bench, 'ES384', start), (gateway) =>
      alternate(gateway, lines, bench.plan.alternation, { ...bench, title }),
    ).finally(tenant.close)
    collect.table({ id: 'profile', title: profile.title, runs })
    const [known, without] = [findRun(runs, 'here'), findRun(runs, 'away')]
    if (known === undefined || without === undefined) return
    const rounds = costRatio(known, without)
    const name = 'CPU time of a request with two headers of a profile against one without'
    collect.figure({ id: 'profile-cost', name, value: median(rounds), unit: '×', rounds })
  },
}
