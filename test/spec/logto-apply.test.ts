import { describe, expect, test } from 'vitest'
import { emptyData } from '../../src/dev/logto/data.ts'
import type { CallFault } from '../../src/dev/logto/management/management-api.ts'
import { applyTo, contentOf, logtoOf, plannedLines, startTenant, storyFile } from '../support/tenant.ts'

/** The content of a tenant that was set up without trouble, and the number of calls that change something. */
async function setUp() {
  const tenant = await startTenant()
  await applyTo(logtoOf(storyFile(tenant.origin)))
  const writes = tenant.management.calls.filter(({ method }) => method !== 'GET')
  return { content: contentOf(tenant.data), writes: writes.length }
}

describe('apply on an empty tenant', () => {
  test('makes what the file says, and a second one changes nothing', async () => {
    const tenant = await startTenant()
    const logto = logtoOf(storyFile(tenant.origin))
    expect(await plannedLines(logto)).toMatchInlineSnapshot(`
      [
        "+ API resource Todo API (https://api.example.com/), access tokens for 900 s",
        "+ permission read of Todo API",
        "+ permission write of Todo API",
        "+ role My role for users",
        "+ role My role: read of https://api.example.com/",
        "+ role Nightly for machines",
        "+ role Nightly: read write of https://api.example.com/",
        "+ application ChatGPT (Traditional)",
        "+ application Nightly job (MachineToMachine)",
        "+ application Nightly job: role Nightly",
        "+ application Gateway (MachineToMachine)",
        "+ application Partner (Traditional, third party)",
        "+ application Partner: may ask users for read",
        "+ user alice: role My role",
        "~ Default API none → https://api.example.com/",
        "+ webhook to https://api.example.com/.scopegate/logto with 12 events",
      ]
    `)
    await applyTo(logto)
    expect(tenant.data.users.map(({ roles }) => roles)).toEqual([['My role'], []])
    expect(tenant.data.defaultApi).toBe('https://api.example.com/')
    const before = tenant.management.calls.length
    expect(await applyTo(logto)).toEqual([])
    expect(tenant.management.calls.slice(before).every(({ method }) => method === 'GET')).toBe(true)
    expect(await plannedLines(logto, true)).toEqual([])
  })

  test('sends nothing but GET to plan', async () => {
    const tenant = await startTenant()
    await plannedLines(logtoOf(storyFile(tenant.origin)))
    expect(new Set(tenant.management.calls.map(({ method }) => method))).toEqual(new Set(['GET']))
  })
})

describe('apply that is cut off at any of its calls', () => {
  const kinds: [string, CallFault][] = [
    ['before its effect', {}],
    ['after its effect', { isDone: true }],
  ]
  test.each(kinds)('%s: the next run comes to the same tenant', async (_, fault) => {
    const { content, writes } = await setUp()
    expect(writes).toBeGreaterThan(12)
    for (let cut = 0; cut < writes; cut++) {
      const data = emptyData('alice', 'bob')
      const tenant = await startTenant(data)
      const logto = logtoOf(storyFile(tenant.origin))
      let count = 0
      let isDead = false
      tenant.management.fault = ({ method }) => {
        if (isDead) return { reply: { status: 503 } }
        if (method === 'GET' || count++ < cut) return undefined
        isDead = true
        return fault
      }
      await expect(applyTo(logto)).rejects.toThrow('/api/')
      tenant.management.fault = undefined
      await applyTo(logto)
      expect(contentOf(data)).toEqual(content)
      await tenant.close()
    }
  })

  test.each([
    [
      '500 with its effect',
      { isDone: true, reply: { status: 500, body: { message: 'Internal server error.' } } },
    ],
    ['500 without its effect', { reply: { status: 500, body: { message: 'Internal server error.' } } }],
    ['no answer', { isDone: true }],
    ['an answer that is cut', { isDone: true, reply: { status: 201, text: '{"id":"x' } }],
  ] satisfies [string, CallFault][])('%s, once, at every call: one run is enough', async (_, fault) => {
    const { content, writes } = await setUp()
    const tenant = await startTenant()
    const met = new Set<string>()
    tenant.management.fault = ({ method, path, body }) => {
      const call = JSON.stringify([method, path, body])
      if (method === 'GET' || met.has(call)) return undefined
      met.add(call)
      return fault
    }
    await applyTo(logtoOf(storyFile(tenant.origin)))
    expect(met.size).toBeGreaterThanOrEqual(writes)
    expect(contentOf(tenant.data)).toEqual(content)
  })
})

describe('apply on a tenant that answers with success and does nothing', () => {
  test('says which member was not taken', async () => {
    const tenant = await startTenant()
    tenant.management.fault = () => ({ ignored: ['accessTokenTtl'] })
    await expect(applyTo(logtoOf(storyFile(tenant.origin)))).rejects.toThrow(
      'POST /api/resources: Logto answered with success and did not take accessTokenTtl',
    )
  })

  test('says what is still to be done', async () => {
    const tenant = await startTenant()
    tenant.management.fault = ({ path, method }) =>
      method === 'POST' && path.endsWith('user-consent-scopes') ? { reply: { status: 201 } } : undefined
    await expect(applyTo(logtoOf(storyFile(tenant.origin)))).rejects.toThrow(
      'these are still to be done: application Partner: may ask users for read',
    )
  })
})

describe('a tenant that somebody else made', () => {
  test('keeps what the file does not name, also with --prune', async () => {
    const tenant = await startTenant()
    const { data } = tenant
    data.resources.push({ indicator: 'https://other.example/', permissions: ['x'], accessTokenTtl: 60 })
    data.roles.push({ name: 'Other', permissions: { 'https://other.example/': ['x'] } })
    data.users[0]?.roles.push('Other')
    data.users[1]?.roles.push('Other')
    const logto = logtoOf(storyFile(tenant.origin))
    await applyTo(logto, true)
    expect(data.resources.some(({ indicator }) => indicator === 'https://other.example/')).toBe(true)
    expect(data.users.map(({ roles }) => roles)).toEqual([['Other', 'My role'], ['Other']])
  })

  test('loses with --prune alone what the file does not say of what it names', async () => {
    const tenant = await startTenant()
    const { data } = tenant
    const logto = logtoOf(storyFile(tenant.origin))
    await applyTo(logto)
    const resource = data.resources.find(({ indicator }) => indicator === 'https://api.example.com/')
    resource?.permissions.push('delete')
    const role = data.roles.find(({ name }) => name === 'My role')
    role?.permissions['https://api.example.com/']?.push('write')
    data.applications.find(({ name }) => name === 'ChatGPT')?.redirectUris.push('https://old.example/')
    const partner = data.applications.find(({ name }) => name === 'Partner')
    partner?.consent?.['https://api.example.com/']?.push('write')
    expect(await plannedLines(logto)).toEqual([])
    expect(await plannedLines(logto, true)).toEqual([
      '- permission delete of Todo API, from every role too',
      '- role My role: write of https://api.example.com/',
      '~ application ChatGPT: redirect URI https://old.example/ removed',
      '- application Partner: may not ask users for write of https://api.example.com/',
    ])
    await applyTo(logto, true)
    expect(await plannedLines(logto, true)).toEqual([])
  })

  test("keeps others' settings in what is replaced as a whole", async () => {
    const tenant = await startTenant()
    const { data } = tenant
    data.applications.push({
      id: 'by-hand',
      name: 'ChatGPT',
      type: 'Traditional',
      redirectUris: ['https://by-hand.example/'],
      postLogoutRedirectUris: ['https://by-hand.example/bye'],
      customClientMetadata: { corsAllowedOrigins: ['https://by-hand.example'] },
      customData: { note: 'mine' },
      roles: [],
    })
    const logto = logtoOf(storyFile(tenant.origin))
    expect(await plannedLines(logto)).toContain(
      '~ application ChatGPT: adopt by-hand, which is called so, as the one of this file',
    )
    await applyTo(logto)
    expect(data.applications.find(({ id }) => id === 'by-hand')).toMatchObject({
      redirectUris: ['https://by-hand.example/', 'https://chatgpt.example/callback'],
      postLogoutRedirectUris: ['https://by-hand.example/bye'],
      customClientMetadata: { corsAllowedOrigins: ['https://by-hand.example'] },
      alwaysIssueRefreshToken: true,
      customData: { note: 'mine', scopegate: 'ChatGPT' },
    })
    expect(await plannedLines(logto)).toEqual([])
  })

  test('is not touched when something in it cannot become what the file says', async () => {
    const tenant = await startTenant(emptyData())
    const { data } = tenant
    data.roles.push({ name: 'Nightly', permissions: {} })
    const copy = { name: 'Gateway', type: 'MachineToMachine' as const, redirectUris: [], roles: [] }
    data.applications.push({ id: 'one', ...copy }, { id: 'two', ...copy })
    data.applications.push(
      { id: 'three', ...copy, name: 'ChatGPT' },
      { id: 'four', ...copy, name: 'Partner' },
    )
    const logto = logtoOf(storyFile(tenant.origin))
    const faults = (await plannedLines(logto)).filter((line) => line.startsWith('!'))
    expect(faults.map((fault) => fault.replace(/\([0-9a-f]{21}\)/, '(ID)'))).toMatchInlineSnapshot(`
      [
        "! role Nightly (ID) is for users in the tenant and for machines in the file, which cannot be changed: give it another name",
        "! application ChatGPT (three) is of type MachineToMachine, not Traditional, which cannot be changed: delete it in the console, or give it another name in the file",
        "! 2 applications are called Gateway: one, two: rename all but one in the console",
        "! application Partner (four) is of type MachineToMachine, not Traditional, which cannot be changed: delete it in the console, or give it another name in the file",
        "! application Partner (four) is of the first party, which cannot be changed: delete it in the console, or give it another name in the file",
        "! user alice does not exist: users are made in the console, never here",
      ]
    `)
    await expect(applyTo(logto)).rejects.toThrow('rename all but one')
    expect(tenant.management.calls.every(({ method }) => method === 'GET')).toBe(true)
  })
})
