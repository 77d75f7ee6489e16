import { expect } from 'vitest'
import { createStage, guarding, type Stage } from '../../support/stage.ts'
import { issuesIn, loading, refusedAtLoad } from '../routing/case.ts'
import type { Scenario } from './vector.ts'

const guarded = guarding('/admin/**: admin')
const path = '/admin/users'

/** Opaque look-alikes, files with mistakes, reloads, and the log. */
export const configScenarios: Readonly<Record<string, Scenario>> = {
  async 'O-FB-03'() {
    const stage = await createStage(guarded)
    for (let i = 0; i < 3; i++)
      expect((await stage.call(path, { token: 'abc.def.ghi' })).problem.code).toBe('invalid_token')
  },

  async 'O-FB-05'() {
    const stage = await createStage(guarded)
    expect((await stage.call(path, { token: 'a%0d%0aX: y' })).problem.code).toBe('invalid_request')
    expect(stage.upstream.received()).toBe('')
  },

  async 'CFG-01'() {
    const stage = await createStage(guarded)
    const broken = guarding('/admin/**: { scopes: admin, authorization: "Basic ${file:/nowhere}" }')
    await expect(stage.gateway.reload(stage.config(broken))).rejects.toThrow('/nowhere')
    expect(await answersOf(stage)).toEqual([401, 200])
    const keyless = guarded.replace('url: ISSUER', 'url: ISSUER, jwksUri: "http://127.0.0.1:1/jwks"')
    await stage.gateway.reload(stage.config(keyless))
    expect(await answersOf(stage)).toEqual([401, 503])
  },

  async 'CFG-03'() {
    const rules = [
      guarding('/x: { public: true, authorization: "Rule of the open version" }'),
      guarding('/x: { scopes: read, authorization: "Rule of the closed version" }'),
    ]
    const stage = await createStage(rules[0] ?? '')
    let over = false
    const statuses = new Set<number>()
    const callers = Array.from({ length: 10 }, async () => {
      while (!over) statuses.add((await stage.call('/x')).status)
    })
    for (let i = 1; i <= 30; i++) {
      await stage.gateway.reload(stage.config(rules[i % 2] ?? ''))
      statuses.add((await stage.call('/x')).status)
    }
    over = true
    await Promise.all(callers)
    expect(statuses).toEqual(new Set([200, 401]))
    expect(stage.upstream.received()).toContain('open version')
    expect(stage.upstream.received()).not.toContain('closed version')
  },

  async 'CFG-05'() {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
    for (const [one, next] of ['ab', 'bc', 'cd', 'de', 'ef'])
      bomb.push(`${next}: &${next} [${Array(9).fill(`*${one}`).join(', ')}]`)
    expect(messages(guarding('/a: read\n/a: public'))).toContain('this key stands twice')
    expect(messages(guarding('/a: &a { public: true }\n/b: { <<: *a }'))).toContain('merge keys are not read')
    expect(messages(`${guarded}\n${bomb.join('\n')}`)).toContain('more than 1,000 nodes')
  },

  async 'CFG-07'() {
    expect(loading(guarding('/a/{x}: public\n/a/{y}: read'))).toBe(refusedAtLoad)
    expect(loading(guarding('/Admin: public\n/admin: read'))).toBe(refusedAtLoad)
    const overlap = issuesIn(guarding('/{page}: public\n/admin: read'))
    expect(overlap.map(({ severity }) => severity)).toEqual(['warning'])
  },

  async 'CFG-09'() {
    for (const wrong of ['/a%2Fb', '/%61', '/a/', '/a//b', '/a/../b', '/./a'])
      expect(loading(guarding(`${wrong}: public`))).toBe(refusedAtLoad)
    const stage = await createStage(guarding('/ADMIN: read\n/**: public'))
    const statuses = ['/ADMIN', '/%41DMIN', '/ADMIN/', '/admin'].map(
      async (url) => (await stage.call(url)).status,
    )
    expect(await Promise.all(statuses)).toEqual([401, 401, 401, 400])
  },

  async 'CFG-11'() {
    for (const key of ['issuer', 'resource'])
      expect(loading(guarded.replace(new RegExp(`^ *${key}:.*$`, 'm'), ''))).toBe(refusedAtLoad)
  },

  async 'CFG-13'() {
    const stage = await createStage(guarding('/**: admin', 'log: { level: debug }'))
    const tokens = [await stage.token({ scope: 'admin' }), await stage.token({ exp: 1 }), 'opaque-secret']
    for (const token of tokens)
      for (const query of ['?code=query-secret', '?access_token=query-secret', '?_method=query-secret'])
        await stage.call(`/x${query}`, { method: 'POST', token, headers: { Cookie: 'id=cookie-secret' } })
    expect(stage.gateway.logs.length).toBeGreaterThanOrEqual(9)
    const parts = [...tokens.flatMap((token) => token.split('.')), 'query-secret', 'cookie-secret']
    expect(parts.filter((part) => stage.gateway.logText().includes(part))).toEqual([])
  },
}

/** To a request without a token, and to one with a token that was good at the start. */
async function answersOf(stage: Stage): Promise<number[]> {
  const token = await stage.token({ scope: 'admin' })
  return [(await stage.call(path)).status, (await stage.call(path, { token })).status]
}

function messages(yaml: string): string {
  return issuesIn(yaml)
    .map(({ message }) => message)
    .join('\n')
}
