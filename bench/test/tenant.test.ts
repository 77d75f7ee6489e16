import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startIssuers } from '../src/workload/issuer.ts'
import { ownClient, resources, startTenant } from '../src/workload/tenant.ts'

async function openTenant(answerMs?: number) {
  const folder = await mkdtemp(join(tmpdir(), 'scopegate-bench-test-'))
  const issuers = await startIssuers(folder)
  const tenant = await startTenant(issuers.ES256, answerMs)
  onTestFinished(() => {
    tenant.close()
    issuers.close()
    return rm(folder, { recursive: true })
  })
  return tenant
}

function claimsOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

it('a tenant exchanges a token for one of the user whom it introspects as, for the client that asks', async () => {
  const { url } = await openTenant()
  const ask = async (path: string) => {
    const response = await fetch(`${url}${path}`, { method: 'POST' })
    return (await response.json()) as Readonly<Record<string, string>> // Written by tenant.ts.
  }
  const { access_token: token = '' } = await ask('/oidc/token')
  const { sub, client_id: client } = await ask('/oidc/token/introspection')
  expect(client).not.toBe(ownClient)
  expect(claimsOf(token)).toMatchObject({
    iss: `${url}/oidc`,
    sub,
    client_id: ownClient,
    aud: resources.here,
  })
})

it('a tenant has a twin whose tokens are as long as its own', async () => {
  const { jwt, awayIssuer } = await openTenant()
  expect(claimsOf(jwt.away)).toMatchObject({ iss: awayIssuer, aud: resources.away })
  expect(jwt.away).toHaveLength(jwt.here.length)
})

it('a tenant knows how many calls were out at the same time', async () => {
  const tenant = await openTenant(300)
  await Promise.all(Array.from({ length: 3 }, () => fetch(`${tenant.url}/oidc/me`)))
  expect(tenant.mostCalls()).toBe(3)
  tenant.countAnew()
  await fetch(`${tenant.url}/oidc/me`)
  expect(tenant.mostCalls()).toBe(1)
})
