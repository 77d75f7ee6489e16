import { describe, expect, test } from 'vitest'
import { translate } from '../../../src/openapi/translation.ts'
import { sourcesOf } from '../../support/openapi.ts'

const paths = 'paths: { /a: { get: {} } }'

/** The path of the one route, or the servers among which somebody has to choose. */
async function pathOf(text: string, server?: string, start?: string): Promise<unknown> {
  const read = await translate(sourcesOf(text, start), server)
  if ('kind' in read) return read.kind === 'servers' ? read.servers.map(({ path }) => path) : read.problems
  return read.leftOut.at(0)?.why ?? read.routes.paths.map(({ pattern }) => pattern.text).join(' ')
}

describe('paths begin with that of the server', () => {
  test.each([
    ['swagger: "2.0"\nbasePath: /v1/', '/v1/a'],
    ['swagger: "2.0"\nbasePath: v1', '/v1/a'],
    ['swagger: "2.0"', '/a'],
    ['openapi: 3.0.0', '/a'],
    ['openapi: 3.0.0\nservers: []', '/a'],
    ['openapi: 3.0.0\nservers: [{ url: https://a.test/v1/ }]', '/v1/a'],
    ['openapi: 3.0.0\nservers: [{ url: /v1 }]', '/v1/a'],
    ['openapi: 3.0.0\nservers: [{ url: v1 }]', '/v1/a'],
    [
      'openapi: 3.0.0\nservers: [{ url: "https://{r}.test:{port}/{b}", variables: { r: { default: eu }, port: { default: 8443 }, b: { default: v2 } } }]',
      '/v2/a',
    ],
    ['openapi: 3.0.0\nservers: [{ url: https://a.test/v1 }, { url: https://b.test/v1 }]', '/v1/a'],
  ])('%s', async (text, expected) => {
    expect(await pathOf(`${text}\n${paths}`)).toBe(expected)
  })

  test('which somebody chooses, where several differ or none can be read', async () => {
    const several = `openapi: 3.0.0\nservers: [{ url: /v1 }, { url: https://a.test/v2 }]\n${paths}`
    expect(await pathOf(several)).toEqual(['/v1', '/v2'])
    expect(await pathOf(several, 'https://a.test/v2')).toBe('/v2/a')
    expect(await pathOf(several, '/')).toBe('/a')
    const open = `openapi: 3.0.0\nservers: [{ url: 'https://a.test/{b}' }, { url: 'mailto:x' }]\n${paths}`
    expect(await pathOf(open)).toEqual([])
  })

  test('which may be relative to where the document is', async () => {
    const text = `openapi: 3.0.0\nservers: [{ url: ../v1 }]\n${paths}`
    expect(await pathOf(text, undefined, 'https://a.test/api.yaml')).toBe('/v1/a')
  })
})

describe('an operation with servers of its own', () => {
  const own = (servers: string) => `openapi: 3.0.0
servers: [{ url: https://a.test/v1 }]
paths: { /a: { get: { servers: ${servers} } } }`

  test.each([
    ['[{ url: https://a.test/v2 }]', '/v2/a'],
    ['[{ url: /v2 }]', '/v2/a'],
    ['[{ url: https://a.test/v2 }, { url: https://a.test/v3 }]', '/v2/a /v3/a'],
    ['[{ url: https://b.test/v2 }]', 'its server is https://b.test, another host'],
    ['[{ url: https://b.test/v2 }, { url: https://a.test/v2 }]', '/v2/a'],
    ['[{ url: "{x}" }]', 'its server cannot be read: give each variable of its URL a default'],
  ])('%s', async (servers, expected) => {
    expect(await pathOf(own(servers))).toBe(expected)
  })
})
