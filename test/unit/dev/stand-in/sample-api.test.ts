import { once } from 'node:events'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type SampleApi, startSampleApi } from '../../../../src/dev/stand-in/sample-api.ts'

let api: SampleApi
beforeEach(async () => {
  api = await startSampleApi()
})
afterEach(() => api.close())

async function call(path: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${api.origin}${path}`, init)
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

const json = (fields: unknown): RequestInit => ({ body: JSON.stringify(fields) })

it('keeps todos: create, read, change, replace, delete', async () => {
  const created = await call('/todos', { method: 'POST', ...json({ title: 'Water the plants' }) })
  expect(created).toMatchObject({
    status: 201,
    body: { todo: { id: '2', title: 'Water the plants', done: false } },
  })
  expect(await call('/todos')).toMatchObject({ status: 200, body: { todos: [{ id: '1' }, { id: '2' }] } })
  const patched = await call('/todos/2', { method: 'PATCH', ...json({ done: true }) })
  expect(patched.body).toMatchObject({ todo: { title: 'Water the plants', done: true } })
  const replaced = await call('/todos/2', { method: 'PUT', ...json({ title: 'Rest' }) })
  expect(replaced.body).toMatchObject({ todo: { title: 'Rest', done: false } })
  expect(await call('/todos/2', { method: 'DELETE' })).toEqual({ status: 204, body: undefined })
  expect(await call('/todos/2')).toMatchObject({ status: 404 })
})

it('takes a body that is not JSON for an empty one', async () => {
  const created = await call('/todos', { method: 'POST', body: 'not json' })
  expect(created).toMatchObject({ status: 201, body: { todo: { title: '' } } })
})

it('believes the identity headers and tells all that it received', async () => {
  const headers = { 'x-user-id': 'u1', 'x-user-scopes': 'read', 'x-client-id': 'c1', 'x-other': 'o' }
  const { body } = await call('/me', { headers })
  expect(body).toMatchObject({ userId: 'u1', scopes: 'read', clientId: 'c1', receivedHeaders: headers })
})

it('answers /health, and 404 elsewhere', async () => {
  expect(await call('/health')).toMatchObject({ status: 200, body: { healthy: true } })
  expect(await call('/nowhere')).toMatchObject({ status: 404 })
})

it('streams the todos as events', async () => {
  const leaving = new AbortController()
  const response = await fetch(`${api.origin}/todos/stream`, { signal: leaving.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const first = await response.body?.getReader().read()
  expect(Buffer.from(first?.value ?? []).toString()).toMatch(/^data: \[\{"id":"1"/)
  leaving.abort()
})

it.each([['short'], ['x'.repeat(300)]])('echoes on a WebSocket', async (text) => {
  const socket = new WebSocket(`ws://127.0.0.1:${api.port}/ws`)
  await once(socket, 'open')
  socket.send(text)
  const [data] = await once(socket, 'message')
  expect(String(data)).toBe(text)
  socket.close()
  const [code] = await once(socket, 'close')
  expect(code).toBe(1005)
})
