import { describe, expect, test } from 'vitest'
import { emptyData, managementAccount } from '../../../src/dev/logto/data.ts'
import { lookAtUsers, type Round } from '../../../src/logto/round.ts'
import { askAboutUsers } from '../../../src/logto/user-answers.ts'
import { createRoleMembers } from '../../../src/logto/users-of-role.ts'
import { createWatchedUsers } from '../../../src/logto/watched-users.ts'
import type { Withdrawal } from '../../../src/token/withdrawal.ts'
import { managementOf, startTenant } from '../../support/tenant.ts'
import { recordingLog } from '../../support/verifier.ts'

const names = (count: number) => Array.from({ length: count }, (_, i) => `user${i}`)

/** A tenant of so many users who have two roles, all of whom are watched and were looked at once. */
async function tenantOf(count: number, organizations = false) {
  const data = emptyData(...names(count))
  data.roles.push({ name: 'reader', permissions: {} }, { name: 'writer', permissions: {} })
  for (const user of data.users) user.roles = ['reader', 'writer']
  const standIn = await startTenant(data)
  const logto = {
    endpoint: standIn.origin,
    resource: 'https://default.logto.app/api',
    management: managementAccount,
  }
  const cut: Withdrawal[] = []
  const watched = createWatchedUsers(10_000)
  const controller = new AbortController()
  const round: Round = {
    issuer: standIn.issuer,
    watched,
    organizations,
    questions: askAboutUsers(managementOf(logto as Parameters<typeof managementOf>[0]), controller.signal),
    revoke: async (withdrawals) => void cut.push(...withdrawals),
    log: recordingLog(),
  }
  const look = async () => {
    const before = standIn.management.calls.length
    await lookAtUsers(round)
    return standIn.management.calls.slice(before).map(({ path }) => path)
  }
  watched.saw(data.users.map(({ id }) => [id, Date.now() + 600_000]))
  await look()
  return { standIn, data, logto, cut, look, watched, round, controller, ids: () => cut.map(({ id }) => id) }
}

describe('a round', () => {
  test('asks about many users in few calls', async () => {
    const { look, cut } = await tenantOf(250)
    const paths = await look()
    // Three searches, one list of roles, three pages of either role.
    expect(paths.length).toBe(3 + 1 + 6)
    expect(cut).toEqual([])
  })

  test('cuts off whoever is suspended by one of two entries, whichever comes last', async () => {
    const { look, standIn, data, ids } = await tenantOf(3)
    const [first, second] = data.users
    const entries = data.users.map(({ id }) => ({ id, isSuspended: id === first?.id }))
    const twice = [...entries, ...entries.map(({ id }) => ({ id, isSuspended: id === second?.id }))]
    standIn.management.fault = ({ path }) =>
      path === 'users' ? { reply: { status: 200, body: twice } } : undefined
    await look()
    expect(ids()).toEqual([first?.id, second?.id])
  })

  test.each([
    ['500', { status: 500 }],
    ['404 of a page in front of it', { status: 404, text: '<html>' }],
    ['307', { status: 307, headers: { location: 'http://localhost:9/' } }],
  ])('that fails by %s names no user, and says what to do', async (_, reply) => {
    const { look, standIn, data } = await tenantOf(3)
    standIn.management.fault = ({ path }) => (path === 'users' ? { reply } : undefined)
    const problem = await look().then(String, ({ message }) => String(message))
    expect(problem).toMatch(
      /^GET \/api\/users: .*(Logto is broken inside|is this Logto|lead to Logto itself)/,
    )
    for (const { id } of data.users) expect(problem).not.toContain(id)
  })

  test('finds one among many who lost a role, and looks twice before he is cut off', async () => {
    const { look, data, cut, ids } = await tenantOf(250)
    const [user] = data.users.slice(123)
    if (user === undefined) throw new Error('no user')
    user.roles = ['reader']
    const paths = await look()
    expect(ids()).toEqual([user.id])
    expect(paths.filter((path) => path === `users/${user.id}/roles`)).toHaveLength(1)
    const at = cut[0]?.instantMs ?? 0
    expect(Math.abs(at - Date.now())).toBeLessThan(5000)
    await look()
    expect(ids()).toHaveLength(1)
  })

  test('cuts off at once all those who lost a role that is gone', async () => {
    const { look, data, ids } = await tenantOf(120)
    data.roles = data.roles.filter(({ name }) => name !== 'writer')
    const paths = await look()
    expect(ids().toSorted()).toEqual(data.users.map(({ id }) => id).toSorted())
    expect(paths.length).toBeLessThan(10)
  })

  test('is not misled by a list that somebody slipped out of while it was read', async () => {
    const { look, standIn, data, ids } = await tenantOf(250)
    const [first] = data.users
    standIn.management.fault = ({ path }) => {
      if (!/^roles\/.*\/users$/.test(path)) return undefined
      standIn.management.fault = undefined
      return { reply: { status: 200, body: data.users.slice(1, 100).map(({ id }) => ({ id })) } }
    }
    await look()
    expect(ids()).toEqual([])
    expect(first?.roles).toEqual(['reader', 'writer'])
  })

  test('cuts off the suspended and the deleted once, also of those whom no search finds', async () => {
    const { look, data, ids, watched } = await tenantOf(5)
    const [a, b] = data.users
    if (a === undefined || b === undefined) throw new Error('no users')
    a.isSuspended = true
    data.users = data.users.filter((user) => user !== b)
    watched.saw([
      ['..', Date.now() + 60_000],
      ['half \ud800 a pair', Date.now() + 60_000],
    ])
    await look()
    expect(ids().toSorted()).toEqual(['..', 'half \ud800 a pair', a.id, b.id].toSorted())
    await look()
    expect(ids()).toHaveLength(4)
  })

  test('looks at organizations by their lists where they are few, else at each user', async () => {
    const { look, data, ids } = await tenantOf(60, true)
    const member = data.users[7]?.id ?? ''
    data.organizations = [{ id: 'org1', name: 'One', members: { [member]: [] } }]
    const paths = await look()
    expect(paths.filter((path) => path === 'organizations/org1/users')).toHaveLength(1)
    data.organizations = Array.from({ length: 200 }, (_, i) => ({ id: `o${i}`, name: `O${i}`, members: {} }))
    const many = await look()
    expect(many.filter((path) => path.endsWith('/organizations'))).toHaveLength(60)
    expect(ids()).toEqual([member])
  })

  test('keeps who was found when it fails later on', async () => {
    const { look, standIn, data, ids } = await tenantOf(150)
    const [first] = data.users
    if (first === undefined) throw new Error('no user')
    first.isSuspended = true
    let searches = 0
    standIn.management.fault = ({ path }) => {
      if (path !== 'users') return undefined
      searches += 1
      return searches === 2
        ? { reply: { status: 500, body: { message: 'Internal server error.' } } }
        : undefined
    }
    await expect(look()).rejects.toThrow('500')
    expect(ids()).toEqual([first.id])
  })

  test('cuts nobody off by an answer that comes after it was stopped', async () => {
    const { look, standIn, data, controller, ids } = await tenantOf(3)
    for (const user of data.users) user.isSuspended = true
    standIn.faults.delayMs = 200
    const looking = look()
    controller.abort()
    await expect(looking).rejects.toThrow()
    expect(ids()).toEqual([])
  })

  test.each([
    ['no list', {}],
    ['a list of other things', [1]],
    ['users without a state', [{ id: 'user0-id-0001' }]],
    ['a text for a state', [{ id: 'user0-id-0001', isSuspended: 'true' }]],
  ])('takes %s for a fault, not for an answer', async (_, body) => {
    const { look, standIn, ids } = await tenantOf(2)
    standIn.management.fault = () => ({ reply: { status: 200, body } })
    await expect(look()).rejects.toThrow('is not what Logto answers')
    expect(ids()).toEqual([])
  })

  test('does not end where a cut-off cannot be kept', async () => {
    const { data, round } = await tenantOf(2)
    for (const user of data.users) user.isSuspended = true
    const log = recordingLog()
    await lookAtUsers({ ...round, log, revoke: () => Promise.reject(new Error('ENOSPC')) })
    expect(log.lines.map(({ level }) => level)).toEqual(['info', 'error'])
  })
})

describe('the users of a role', () => {
  const roleId = async (tenant: Awaited<ReturnType<typeof tenantOf>>, name: string) => {
    const { body } = await tenant.standIn.management.call('GET', 'roles?page_size=100')
    const roles = body as { id: string; name: string }[] // The stand-in's own list.
    return roles.find((role) => role.name === name)?.id ?? ''
  }

  test('are found, on however many pages', async () => {
    const tenant = await tenantOf(250)
    const members = createRoleMembers(tenant.logto, {})
    const found = await members.find(await roleId(tenant, 'reader'))
    expect(new Set(found).size).toBe(250)
    members.close()
  })

  test('are none where nobody has it, but of a role of machines nobody says so', async () => {
    const tenant = await tenantOf(1)
    const members = createRoleMembers(tenant.logto, {})
    tenant.standIn.data.roles.push(
      { name: 'unused', permissions: {} },
      { name: 'nightly', permissions: {}, type: 'MachineToMachine' },
    )
    expect(await members.find(await roleId(tenant, 'unused'))).toEqual([])
    await expect(members.find(await roleId(tenant, 'nightly'))).rejects.toThrow('machines')
    members.close()
  })

  test('are not listed when they are too many, or Logto does not tell', async () => {
    const tenant = await tenantOf(2)
    const members = createRoleMembers(tenant.logto, {})
    await expect(members.find('no-such-role')).rejects.toThrow('404')
    tenant.standIn.management.fault = () => ({
      reply: { status: 200, body: [{ id: 'a' }], total: 5001 },
    })
    await expect(members.find('r')).rejects.toThrow('more than 5000 users')
    tenant.standIn.management.fault = () => ({ reply: { status: 200, body: [{ id: 'a' }] } })
    await expect(members.find('r')).rejects.toThrow('more than 5000 users')
    members.close()
  })
})
