import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { callIssuer } from '../../../src/issuer/call-issuer.ts'
import { createTestProxy } from '../../support/proxy.ts'

type Received = { readonly line: string; readonly headers: IncomingMessage['headers']; readonly body: string }

/** Answers `/moved` with this status and its new place, and anything else with 200. */
async function startSite(status = 307) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request
    received.push({ line: `${method} ${url}`, headers, body: await text(request) })
    if (url === '/moved') response.writeHead(status, { location: '/new' }).end()
    else response.writeHead(200).end('done')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo // A TCP server has this kind of address.
  return { received, url: `http://127.0.0.1:${port}` }
}

const post = { method: 'POST', headers: { Authorization: 'Basic eA==' }, body: 'a=ü' } as const

test('a body is sent with its length in bytes', async () => {
  const site = await startSite()
  const response = await callIssuer(`${site.url}/token`, {}, post)
  expect(response).toMatchObject({ status: 200, text: 'done', url: `${site.url}/token` })
  expect(site.received).toMatchObject([
    { line: 'POST /token', body: 'a=ü', headers: { 'content-length': '4', authorization: 'Basic eA==' } },
  ])
})

describe('a redirect of a POST to the same origin', () => {
  test.each([307, 308])('by %i is followed as it is', async (status) => {
    const site = await startSite(status)
    expect(await callIssuer(`${site.url}/moved`, {}, post)).toMatchObject({ status: 200 })
    expect(site.received[1]).toMatchObject({ line: 'POST /new', body: 'a=ü' })
  })
  test.each([301, 302, 303])('by %i is an answer: it would become a GET', async (status) => {
    const site = await startSite(status)
    expect(await callIssuer(`${site.url}/moved`, {}, post)).toMatchObject({ status })
    expect(site.received).toHaveLength(1)
  })
})

test.each([200, 403])('a POST goes through a proxy that answers CONNECT with %i', async (connectStatus) => {
  const site = await startSite()
  const proxy = await createTestProxy({ connectStatus })
  onTestFinished(() => proxy.close())
  const response = await callIssuer(`${site.url}/token`, { proxy: proxy.url }, post)
  expect(response.status).toBe(200)
  expect(proxy.asked.length).toBe(connectStatus === 200 ? 1 : 2)
  expect(site.received).toMatchObject([
    { line: 'POST /token', body: 'a=ü', headers: { authorization: 'Basic eA==' } },
  ])
})
