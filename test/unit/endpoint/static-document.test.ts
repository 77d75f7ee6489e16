import { describe, expect, test } from 'vitest'
import type { EndpointRequest } from '../../../src/endpoint/own-endpoint.ts'
import { createStaticDocument, type StaticDocument } from '../../../src/endpoint/static-document.ts'
import { readRequestHead } from '../../../src/http/request-head.ts'

const page = 'https://app.test'

function ask(origins: StaticDocument['origins'], method = 'GET', headers: readonly string[] = []) {
  const head = readRequestHead(method, '1.1', ['Host', 'a.test', ...headers], { headerCount: 100 })
  if ('code' in head) throw new Error(head.detail)
  const request: EndpointRequest = {
    head,
    target: { path: '/document', query: undefined, irregularities: 0, plain: true },
    client: { address: '203.0.113.7', headers: [] },
    body: () => Promise.reject(new Error('it has none')),
  }
  const document = createStaticDocument({
    path: '/document',
    hosts: [],
    contentType: 'text/plain',
    body: 'ok',
    origins,
  })
  return document.respond(request)
}

describe('a document that is the same for everybody', () => {
  test('is sent with its type, and kept for five minutes', () => {
    expect(ask('any')).toEqual({
      outcome: 'respond',
      status: 200,
      headers: [
        ...['Content-Type', 'text/plain', 'Cache-Control', 'max-age=300'],
        ...['Access-Control-Allow-Origin', '*'],
      ],
      body: 'ok',
    })
  })

  test.each([
    [[page], ['Origin', page], ['Vary', 'Origin', 'Access-Control-Allow-Origin', page]],
    [[page], ['Origin', 'https://evil.test'], ['Vary', 'Origin']],
    [[page], [], ['Vary', 'Origin']],
    ['any', ['Origin', page], ['Access-Control-Allow-Origin', '*']],
  ] as const)('for pages of %j, asked with %j, has %j', (origins, headers, cors) => {
    expect(ask(origins, 'GET', headers)).toMatchObject({ headers: expect.arrayContaining([...cors]) })
    const given = ask(origins, 'GET', headers)
    const allowed = given !== undefined && 'headers' in given ? given.headers.slice(4) : []
    expect(allowed).toEqual(cors)
  })

  test('answers OPTIONS without a body', () => {
    expect(ask('any', 'OPTIONS')).toMatchObject({ status: 204, body: '' })
  })
})
