import { createServer, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { playFounding } from '../../../../../src/dev/demo/story/founding.ts'
import type { Scene } from '../../../../../src/dev/demo/story/story-line.ts'
import { type StandInLogto, startStandInLogto } from '../../../../../src/dev/logto/stand-in-logto.ts'
import { close, listen } from '../../../../../src/dev/stand-in/listen.ts'
import { startSampleApi } from '../../../../../src/dev/stand-in/sample-api.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function start<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const started = await starting
  closers.push(() => started.close())
  return started
}

function scene(logto: StandInLogto, gateway: string): Scene {
  const [alice, bob] = logto.data.users
  if (alice === undefined || bob === undefined) throw new Error('the tenant has no alice and bob')
  return { logto, gateway, alice, bob, clients: { chatgpt: 'chatgpt', nightlyJob: 'nightly-job' } }
}

it('marks what a gateway lets through although it should not', async () => {
  const logto = await start(startStandInLogto())
  const open = await start(startSampleApi())
  const { lines } = await playFounding(scene(logto, open.origin))
  expect(lines.map(({ who, request, expected }) => `${expected ? 'ok' : 'NO'} ${who} ${request}`)).toEqual([
    'NO alice GET /todos',
    'NO alice POST /todos',
    'ok bob sign-in',
    'NO nightly-job POST /todos',
    'NO nobody GET /todos',
    'NO alice GET /todos',
    'NO alice GET /todos',
    'NO alice GET /todos',
    'NO alice GET /me',
    'NO nobody GET /health',
    'NO alice GET /secret',
  ])
})

it('marks an authorization server that grants what nobody granted', async () => {
  const logto = await start(startStandInLogto())
  const open = await start(startSampleApi())
  for (const user of logto.data.users) user.roles = ['My role']
  const { lines } = await playFounding(scene(logto, open.origin))
  expect(lines[2]).toMatchObject({ who: 'bob', said: 'an access token', expected: false })
})

it('shows the scope that a refusal names and the words of the gateway', async () => {
  const logto = await start(startStandInLogto())
  const server: Server = createServer((req, res) => {
    const status = req.headers.authorization === undefined ? 401 : 403
    const challenge = 'Bearer realm="x", error="insufficient_scope", scope="write"'
    res.writeHead(status, { 'www-authenticate': challenge })
    res.end(JSON.stringify({ code: 'insufficient_scope', detail: 'mend it so' }))
  })
  const port = await listen(server, 0, '127.0.0.1')
  closers.push(() => close(server))
  const { lines } = await playFounding(scene(logto, `http://127.0.0.1:${port}`))
  expect(lines[1]).toMatchObject({
    result: '403',
    said: 'insufficient_scope, scope="write"',
    expected: true,
  })
  expect(lines[5]?.detail).toBe('mend it so')
})
