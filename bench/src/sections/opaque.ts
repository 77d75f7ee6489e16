import { alternate } from '../alternation.ts'
import { type Bench, gatewayOf } from '../environment.ts'
import { using } from '../machine/subject.ts'
import { costRatio, type Run } from '../results.ts'
import { median } from '../statistics.ts'
import { createOpaqueTokens } from '../workload/opaque-tokens.ts'
import { startTenant, type Tenant } from '../workload/tenant.ts'
import { openPath, tenantConfig, tenantPath } from '../workload/tenant-config.ts'
import type { Section } from './section.ts'

export const opaqueModes = ['introspect', 'userinfo', 'exchange'] as const
type Mode = (typeof opaqueModes)[number]

/** Opaque tokens that the issuer has been asked about, each held against a JWT in the same process. */
export const opaque: Section = {
  id: 'opaque',
  title: 'Requests with a known opaque token',
  quick: false,
  async run(bench, collect) {
    const tenant = await startTenant(bench.issuers.ES384)
    const runs: Run[] = []
    try {
      for (const mode of opaqueModes) {
        const [jwt, asked] = await measureMode(bench, tenant, mode)
        if (jwt === undefined || asked === undefined) continue
        runs.push(jwt, asked)
        const rounds = costRatio(asked, jwt)
        const name = `CPU time of a request with an opaque token (${mode}) against a JWT`
        collect.figure({ id: `opaque-${mode}`, name, value: median(rounds), unit: '×', rounds })
      }
    } finally {
      tenant.close()
    }
    collect.table({ id: 'opaque', title: opaque.title, runs })
  },
}

async function measureMode(bench: Bench, tenant: Tenant, mode: Mode): Promise<Run[]> {
  const path = mode === 'exchange' ? tenantPath('here') : openPath('here')
  const line = (id: string, name: string, token: string) => ({
    ...{ id: `${id}-${mode}`, name: `${name}, ${mode}` },
    load: { paths: [path], headers: { Authorization: `Bearer ${token}` } },
  })
  const [token = ''] = createOpaqueTokens(1)
  const lines = [line('jwt', 'a JWT', tenant.jwt.here), line('opaque', 'an opaque token', token)]
  const start = { config: tenantConfig(tenant, { opaque: mode }) }
  return using(gatewayOf(bench, 'ES384', start), (gateway) =>
    alternate(gateway, lines, bench.plan.alternation, { ...bench, title: `opaque tokens, ${mode}` }),
  )
}
