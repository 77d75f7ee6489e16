import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { spawnCli, temporaryFolder } from '../support/process.ts'
import { sendRaw } from '../support/raw.ts'
import { type Answer, type Call, call, createStage, guarding, type Stage } from '../support/stage.ts'

const secret = 'a-secret-of-the-test'
const nowS = () => Math.floor(Date.now() / 1000)
const time = (seconds: number) => new Date(seconds * 1000).toISOString()

/** A stage that revokes; the time of tokens is told in seconds from now. */
async function revokingStage(more = '') {
  const stage = await createStage(guarding('/x: read', more))
  const { gateway } = stage
  const tokenOf = (sub: string, ageS: number, claims: object = {}) =>
    stage.token({ sub, iat: nowS() - ageS, exp: nowS() + 600, ...claims })
  const statusOf = async (token: string) => (await stage.call('/x', { token })).status
  return {
    ...stage,
    tokenOf,
    statusOf,
    revoke: (body: unknown, options: Call = {}) => revokeAt(gateway.adminPort, body, options),
    revocations: (options: Call = {}) => call(gateway.adminPort, '/revocations', options),
  }
}

function revokeAt(port: number, body: unknown, { headers, ...options }: Call = {}): Promise<Answer> {
  return call(port, '/revoke', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...options,
  })
}

function fileFor({ gateway }: Pick<Stage, 'gateway'>, token?: string): string {
  const file = join(temporaryFolder(), 'gateway.yaml')
  const more = token === undefined ? '' : `, token: ${token}`
  writeFileSync(file, `admin: { listen: "127.0.0.1:${gateway.adminPort}"${more} }\n`)
  return file
}

async function command(...args: string[]) {
  const { output, exited } = spawnCli(['revoke', ...args])
  return { status: await exited, text: output() }
}

describe('POST /revoke', () => {
  test('refuses the tokens of a user that were issued until then, known or new, and no others', async () => {
    const { tokenOf, statusOf, revoke, issuer } = await revokingStage()
    const known = await tokenOf('alice', 60)
    expect(await statusOf(known)).toBe(200)
    const before = nowS() - 30
    const { status, body } = await revoke({ sub: 'alice', before: time(before) })
    expect(status).toBe(200)
    expect(JSON.parse(body)).toEqual({
      cutOffs: [{ issuer: issuer.url, sub: 'alice', before: time(before) }],
    })
    expect(await statusOf(known)).toBe(401)
    expect(await statusOf(await tokenOf('alice', 60))).toBe(401)
    expect(await statusOf(await tokenOf('bob', 60))).toBe(200)
    expect(await statusOf(await tokenOf('alice', 20))).toBe(200)
  })

  test('says that a token was revoked, as invalid_token', async () => {
    const { tokenOf, call: ask, revoke } = await revokingStage()
    const token = await tokenOf('alice', 60)
    await revoke({ sub: 'alice' })
    const { status, problem, headers } = await ask('/x', { token })
    expect([status, problem.code]).toEqual([401, 'invalid_token'])
    expect(problem.detail).toMatch(/revoked/i)
    expect(headers['www-authenticate']).toContain('error="invalid_token"')
  })

  test('refuses a token of the same second, and takes one of the next', async () => {
    const { stage, revoke, statusOf } = await revokingStage().then((made) => ({ ...made, stage: made }))
    const second = nowS() - 30
    const at = (iat: number) => stage.token({ sub: 'alice', iat, exp: nowS() + 600 })
    await revoke({ sub: 'alice', before: time(second + 0.4) })
    expect(await statusOf(await at(second))).toBe(401)
    expect(await statusOf(await at(second + 0.9))).toBe(401)
    expect(await statusOf(await at(second + 1))).toBe(200)
  })

  test('without a time, adds the tolerance: the clock of the issuer may be ahead', async () => {
    const { tokenOf, statusOf, revoke } = await revokingStage('tokens: { clockTolerance: 5s }')
    const { body } = await revoke({ all: true })
    const until = Date.parse(JSON.parse(body).cutOffs[0].before) / 1000
    expect(until - nowS()).toBeGreaterThanOrEqual(3)
    expect(until - nowS()).toBeLessThanOrEqual(5)
    expect(await statusOf(await tokenOf('alice', -2))).toBe(401)
  })

  test('ends no tokens of the future, whatever time is sent', async () => {
    const { revoke } = await revokingStage()
    const { body } = await revoke({ all: true, before: '2999-01-01T00:00:00Z' })
    expect(Date.parse(JSON.parse(body).cutOffs[0].before)).toBeLessThan(Date.now() + 6000)
  })

  test.each([
    ['a client', { client: 'app2' }, { client_id: 'app2' }],
    ['an organization', { organization: 'org1' }, { organization_id: 'org1' }],
    ['everybody', { all: true }, {}],
  ])('means %s', async (_, body, claims) => {
    const { tokenOf, statusOf, revoke } = await revokingStage()
    const [meant, other] = [await tokenOf('alice', 60, claims), await tokenOf('alice', 60)]
    expect((await revoke(body)).status).toBe(200)
    expect(await statusOf(meant)).toBe(401)
    expect(await statusOf(other)).toBe('all' in body ? 401 : 200)
  })

  test('takes a time with an offset, and an issuer by its name or its iss', async () => {
    const { revoke, issuer } = await revokingStage()
    const { body } = await revoke({
      sub: 'alice',
      before: '2026-01-31T13:00:00+01:00',
      issuer: 'default',
    })
    expect(JSON.parse(body).cutOffs).toEqual([
      { issuer: issuer.url, sub: 'alice', before: '2026-01-31T12:00:00.000Z' },
    ])
    expect((await revoke({ sub: 'alice', issuer: issuer.url })).status).toBe(200)
  })

  test.each([
    ['nobody', {}],
    ['two', { sub: 'a', client: 'b' }],
    ['nobody but a time', { before: '2026-01-31T12:00:00Z' }],
    ['a number', { sub: 7 }],
    ['an empty id', { sub: '' }],
    ['an id with a control character', { sub: 'a\nb' }],
    ['half a character', '{"sub":"\\ud800"}'],
    ['an id without end', { sub: 'a'.repeat(1025) }],
    ['all that is not true', { all: false }],
    ['an unknown member', { sub: 'a', until: 'now' }],
    ['a member twice', '{"sub":"a","sub":"b"}'],
    ['a member twice in two spellings', '{"sub":"a","s\\u0075b":"b"}'],
    ['a prototype', '{"sub":"a","__proto__":{}}'],
    ['a time in words', { sub: 'a', before: 'yesterday' }],
    ['a time without a zone', { sub: 'a', before: '2026-01-31T12:00:00' }],
    ['a date alone', { sub: 'a', before: '2026-01-31' }],
    ['a day that is none', { sub: 'a', before: '2026-02-30T12:00:00Z' }],
    ['a number of seconds', { sub: 'a', before: 1_769_860_800 }],
    ['an unknown issuer', { sub: 'a', issuer: 'https://other.example' }],
    ['no JSON', 'sub=alice'],
    ['a list', '[]'],
    ['nothing', ''],
  ])('refuses %s with a sentence, and cuts nobody off', async (_, body) => {
    const { revoke, revocations } = await revokingStage()
    const { status, body: text } = await revoke(body)
    expect(status).toBe(400)
    expect(JSON.parse(text).error).toMatch(/^.{20,}$/)
    expect(JSON.parse((await revocations()).body)).toEqual({ total: 0, cutOffs: [] })
  })

  test('takes no other type than JSON, which a page could send unasked', async () => {
    const { revoke, revocations } = await revokingStage()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])
      expect((await revoke({ all: true }, { headers: { 'Content-Type': type } })).status).toBe(400)
    expect(JSON.parse((await revocations()).body).total).toBe(0)
    const named = await revoke(
      { sub: 'a' },
      { headers: { 'Content-Type': 'application/json; charset=utf-8' } },
    )
    expect(named.status).toBe(200)
  })

  test('refuses web pages: any Origin, and other Hosts', async () => {
    const { revoke, revocations } = await revokingStage()
    for (const Origin of ['null', 'http://127.0.0.1', 'https://attacker.example'])
      expect((await revoke({ all: true }, { headers: { Origin } })).status).toBe(403)
    expect((await revoke({ all: true }, { headers: { Host: 'rebound.example' } })).status).toBe(421)
    expect((await revocations({ headers: { Origin: 'null' } })).status).toBe(403)
    expect(JSON.parse((await revocations()).body).total).toBe(0)
  })

  test('is refused with any method but POST', async () => {
    const { gateway } = await revokingStage()
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
      const { status, headers } = await call(gateway.adminPort, '/revoke', { method })
      expect([status, headers.allow]).toEqual([405, 'POST'])
    }
  })

  test.each([
    ['told', 'Content-Length: 5000\r\n\r\n'],
    ['chunked', 'Transfer-Encoding: chunked\r\n\r\n1388\r\n'],
  ])('reads no more than 4 KiB, %s', async (_, head) => {
    const { gateway } = await revokingStage()
    const start = `POST /revoke HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${head}`
    const { status, text, closed } = await sendRaw(gateway.adminPort, start + ' '.repeat(5000))
    expect(status).toBe(400)
    expect(text).toContain('Connection: close')
    expect(closed).toBe(true)
  })

  test('ends a request whose body does not come, and answers others meanwhile', async () => {
    const { gateway, revoke } = await revokingStage()
    const head = 'POST /revoke HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
    const slow = sendRaw(gateway.adminPort, `${head}Content-Length: 20\r\n\r\n{`, 14_000)
    expect((await revoke({ sub: 'a' })).status).toBe(200)
    expect(await slow).toMatchObject({ status: 408, closed: true })
  }, 20_000)

  test('only moves a cut-off forward', async () => {
    const { tokenOf, statusOf, revoke } = await revokingStage()
    await revoke({ sub: 'alice', before: time(nowS() - 30) })
    await revoke({ sub: 'alice', before: time(nowS() - 90) })
    expect(await statusOf(await tokenOf('alice', 60))).toBe(401)
  })
})

describe('admin.token', () => {
  const withToken = `admin: { listen: "127.0.0.1:0", token: ${secret} }`
  const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

  test('is asked for where it is configured, also on loopback', async () => {
    const { revoke, revocations, gateway } = await revokingStage(withToken)
    for (const options of [{}, bearer(`${secret}x`), bearer(secret.slice(1)), bearer('')]) {
      const { status, headers } = await revoke({ all: true }, options)
      expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="scopegate admin"'])
      expect((await revocations(options)).status).toBe(401)
    }
    expect((await revoke({ all: true }, { headers: { Authorization: `Basic ${secret}` } })).status).toBe(401)
    expect(JSON.parse((await revocations(bearer(secret))).body).total).toBe(0)
    expect((await revoke({ all: true }, bearer(secret))).status).toBe(200)
    expect((await call(gateway.adminPort, '/livez')).status).toBe(200)
    expect(gateway.logText()).not.toContain(secret)
  })

  test('follows a reload', async () => {
    const { gateway, config, revoke } = await revokingStage(withToken)
    await gateway.reload(config(guarding('/x: read', withToken.replace(secret, 'another-secret-of-it'))))
    expect((await revoke({ all: true }, bearer(secret))).status).toBe(401)
    expect((await revoke({ all: true }, bearer('another-secret-of-it'))).status).toBe(200)
  })

  test('opens revocation on a listener that other machines reach, which is closed without it', async () => {
    const { gateway, revoke, revocations } = await revokingStage('admin: { listen: "0.0.0.0:0" }')
    for (const { status, body } of [await revoke({ all: true }), await revocations()]) {
      expect(status).toBe(403)
      expect(body).toContain('admin.token')
    }
    expect((await call(gateway.adminPort, '/livez')).status).toBe(200)
  })
})

describe('GET /revocations', () => {
  test('lists the latest first, and answers HEAD', async () => {
    const { revoke, revocations, issuer } = await revokingStage()
    await revoke({ sub: 'alice', before: time(nowS() - 90) })
    await revoke({ client: 'app', before: time(nowS() - 60) })
    const { status, body, headers } = await revocations()
    expect([status, headers['content-type']]).toEqual([200, 'application/json'])
    expect(JSON.parse(body)).toMatchObject({
      total: 2,
      cutOffs: [{ issuer: issuer.url, client: 'app' }, { sub: 'alice' }],
    })
    expect((await revocations({ method: 'HEAD' })).body).toBe('')
  })

  test('shows a thousand at most, and counts them all', async () => {
    const { gateway, revocations } = await revokingStage()
    const ids = Array.from({ length: 1200 }, (_, i) => `user${i}`)
    await gateway.revoke(ids.map((id) => ({ kind: 'sub', id })))
    const { total, cutOffs } = JSON.parse((await revocations()).body)
    expect([total, cutOffs.length]).toEqual([1200, 1000])
  })
})

describe('scopegate revoke', () => {
  test('cuts off, says whom and until when, and exits 0', async () => {
    const stage = await revokingStage()
    const token = await stage.tokenOf('alice', 60)
    const until = time(nowS() - 30)
    const { status, text } = await command(fileFor(stage), '--sub', 'alice', '--before', until)
    expect(text).toBe(`cut off: tokens of the user "alice" that ${stage.issuer.url} issued until ${until}\n`)
    expect(status).toBe(0)
    expect(await stage.statusOf(token)).toBe(401)
  })

  test('sends admin.token of the file, and never shows it', async () => {
    const stage = await revokingStage(`admin: { listen: "127.0.0.1:0", token: ${secret} }`)
    const { status, text } = await command('--config', fileFor(stage, secret), '--all')
    expect([status, text]).toEqual([0, expect.stringContaining('tokens of everybody')])
    const refused = await command(fileFor(stage, 'another-secret-of-it'), '--all')
    expect(refused.status).toBe(1)
    expect(refused.text).toContain('asks for its admin.token')
    expect(refused.text).not.toContain('another-secret')
  })

  test('prints ids from anywhere without what a terminal would obey', async () => {
    const stage = await revokingStage()
    const { status, text } = await command(fileFor(stage), '--client', 'é"\u{1f600}\u202e')
    expect(status).toBe(0)
    expect(text).toContain('the client "\\u00e9\\"\\ud83d\\ude00\\u202e"')
  })

  test('does nothing when two users are named, of whom it could only cut off one', async () => {
    const stage = await revokingStage()
    const { status, text } = await command(fileFor(stage), '--sub', 'alice', '--sub', 'bob')
    expect(status).toBe(64)
    expect(text).toContain('run the command once for each')
    expect(await stage.statusOf(await stage.tokenOf('bob', 60))).toBe(200)
  })

  test('exits 1 and says what to do when nothing answers', async () => {
    const file = join(temporaryFolder(), 'gateway.yaml')
    writeFileSync(file, 'admin: { listen: "127.0.0.1:9" }\n')
    expect(await command(file, '--all')).toEqual({
      status: 1,
      text: `not revoked: nothing answers at http://127.0.0.1:9 (admin.listen of ${file}): does the gateway run with this file?\n`,
    })
  })

  test('exits 1 when the gateway refuses, in its words', async () => {
    const stage = await revokingStage()
    const { status, text } = await command(fileFor(stage), '--organization', 'o', '--issuer', 'other')
    expect(status).toBe(1)
    expect(text).toContain('"issuer" is the name of an issuer')
  })

  test('exits 1 when another program answers', async () => {
    const server = createServer((_, response) => void response.end('\u001b[2Jcut off'))
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const file = join(temporaryFolder(), 'gateway.yaml')
    writeFileSync(file, `admin: { listen: "127.0.0.1:${port}" }\n`)
    const { status, text } = await command(file, '--all')
    expect(status).toBe(1)
    expect(text).toMatch(/^not revoked: another program [ -~]*\n$/)
  })

  test.each([
    [[]],
    [['--sub', 'a', '--all']],
    [['--sub', 'a', '--client', 'b']],
    [['--all', '--before', 'tomorrow']],
    [['--sub']],
    [['--user', 'a']],
  ])('exits 64 for %j', async (args) => {
    expect((await command(...args)).status).toBe(64)
  })
})
