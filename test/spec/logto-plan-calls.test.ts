import { expect, test } from 'vitest'
import { emptyData } from '../../src/dev/logto/data.ts'
import { planOf } from '../../src/logto/plan.ts'
import { readTenant } from '../../src/logto/read-tenant.ts'
import { logtoOf, managementOf, startTenant } from '../support/tenant.ts'

/** 200 roles, each with five of 1,000 permissions. */
function largeFile(origin: string): string {
  const names = Array.from({ length: 1000 }, (_, i) => `p${i}`)
  const roles = Array.from(
    { length: 200 },
    (_, i) => `    R${i}: { todo: ${names.slice(i * 5, i * 5 + 5).join(' ')} }`,
  )
  return `issuer: { logto: "${origin}" }
apis:
  todo:
    resource: https://api.example.com/
    upstream: http://legacy-api:3000
    permissions: { ${names.map((name) => `${name}: Permission ${name}`).join(', ')} }
    routes: {}
logto:
  management: { id: scopegate-setup, secret: setup-secret-of-the-demo }
  roles:
${roles.join('\n')}
`
}

test('a plan over 200 roles and 1,000 permissions needs a call for each role and five more', async () => {
  const data = emptyData()
  const names = Array.from({ length: 1000 }, (_, i) => `p${i}`)
  const indicator = 'https://api.example.com/'
  const descriptions = Object.fromEntries(names.map((name) => [name, `Permission ${name}`]))
  data.resources.push({ indicator, permissions: names, descriptions, accessTokenTtl: 3600 })
  for (let i = 0; i < 200; i++)
    data.roles.push({ name: `R${i}`, permissions: { [indicator]: names.slice(i * 5, i * 5 + 5) } })
  const tenant = await startTenant(data)
  const logto = logtoOf(largeFile(tenant.origin))
  const management = managementOf(logto)
  const plan = planOf(await readTenant(management, logto), logto, { prune: true })
  expect(plan).toEqual({ changes: [], faults: [] })
  expect(tenant.management.calls).toHaveLength(1 + 3 + 200 + 1)
})
