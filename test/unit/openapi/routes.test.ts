import { describe, expect, test } from 'vitest'
import { head, routesOf, translated } from '../../support/openapi.ts'

/** A document with these paths, each a line. */
const paths = (...lines: string[]) => `${head}paths:\n${lines.map((line) => `  ${line}\n`).join('')}`
const needs = (...scopes: string[]) => `{ security: [{ o: [${scopes}] }] }`

describe('routes say from which operation they come', () => {
  test('by its operationId, or else by its path', async () => {
    const text = paths('/a: { get: { operationId: listA }, post: {} }')
    expect(await routesOf(text)).toBe('/a:\n  GET: read # listA\n  POST: write # POST /a')
  })

  test('in a comment that nothing can break out of', async () => {
    const id = 'x\\n      /evil: public #\\u2028\\u0085'
    const { length } = (await routesOf(paths(`/a: { get: { operationId: "${id}" } }`))).split('\n')
    expect(length).toBe(2)
  })
})

describe('a document writes nothing else into the file', () => {
  test('no variable, by which a scope would become public, or the content of a file', async () => {
    const text = paths(
      '"/a": { get: { security: [{ o: ["${X:-public}"] }] } }',
      '"/b": { get: { security: [{ o: ["${file:/etc/passwd}", r] }] } }',
    )
    const routes = await routesOf(text)
    expect(routes).toContain('GET: "$${X:-public}" # GET /a')
    expect(routes).toContain('GET: "$${file:/etc/passwd} r" # GET /b')
  })

  test('no character that turns a line round or shows nothing', async () => {
    const routes = await routesOf(paths(`"/\\u202ea\\U000e0001": { get: ${needs('r')} }`))
    expect(routes).toBe('"/\\u202ea\\U000e0001":\n  GET: r # GET /?a?')
  })
})

describe('operations whose requests cannot be told apart are united', () => {
  test('overloads by fragment, both slash variants, equal sets under other names', async () => {
    const text = paths(
      `/a/{x}: { get: ${needs('r')} }`,
      `/a/{y}/: { get: ${needs('s')}, put: ${needs('t')} }`,
      `/a/{z}#note: { get: { security: [] }, delete: ${needs('u')} }`,
    )
    expect(await routesOf(text)).toBe(
      '/a/{x}:\n' +
        '  GET: r s # GET /a/{x} and GET /a/{y}/ and GET /a/{z}#note\n' +
        '  PUT: t # PUT /a/{y}/\n' +
        '  DELETE: u # DELETE /a/{z}#note',
    )
  })

  test('a widened path needs what every operation needs that it covers', async () => {
    const text = paths(`/a/{x}-{y}.json: { get: ${needs('r')} }`, `/a/{z}: { get: ${needs('admin')} }`)
    expect(await routesOf(text)).toContain(
      '/a/{x_y}.json:\n  GET: r admin # wider than GET /a/{x}-{y}.json and GET /a/{z}',
    )
  })

  test('the HEAD of a widened path what another HEAD needs that it covers, where GET needs less', async () => {
    const text = paths(`"/x/a/{p}-{q}": { get: ${needs('r')} }`, `"/x/{y}/{z}": { head: ${needs('secret')} }`)
    expect(await routesOf(text)).toContain('HEAD: r secret')
  })

  test('a literal inside of a widened path only where it may be meant', async () => {
    const text = paths(
      `/a/{x}-{y}: { get: ${needs('admin')} }`,
      `/a/b-c: { get: ${needs('r')} }`,
      `/a/latest: { get: ${needs('r')} }`,
    )
    const routes = await routesOf(text)
    expect(routes).toContain('/a/b-c:\n  GET: r admin')
    expect(routes).toContain('/a/latest:\n  GET: r # GET /a/latest')
  })

  test('where two paths cross, and the preferred one needs less', async () => {
    const text = paths(
      `/users/{id}: { get: ${needs('r')}, delete: ${needs('d')} }`,
      `/{kind}/admin: { get: ${needs('admin')} }`,
    )
    expect(await routesOf(text)).toContain(
      '/users/admin:\n  GET: r admin # GET /users/{id} and GET /{kind}/admin\n  DELETE: d',
    )
  })

  test('but not where they cross and need the same', async () => {
    const text = paths(`/users/{id}: { get: ${needs('r')} }`, `/{kind}/admin: { get: ${needs('r')} }`)
    expect(await routesOf(text)).not.toContain('/users/admin')
  })
})

describe('an operation that is left out', () => {
  test('does not find a wider route instead', async () => {
    const text = paths(`/a/{x}: { get: ${needs('r')} }`, "/a/b: { get: { $ref: './gone.yaml' } }")
    expect(await routesOf(text)).toContain('/a/b:\n  GET: { authenticated: true, where: { iss: refused } }')
  })

  test('leaves nothing behind where no other route would be found', async () => {
    const text = paths(`/x/{x}: { get: ${needs('r')} }`, "/a/b: { get: { $ref: './gone.yaml' } }")
    expect(await routesOf(text)).not.toContain('/a/b:\n')
  })

  test('takes those along whose requests look like its own', async () => {
    const text = paths("/a?x: { get: { security: [{ o: ['two words'] }] } }", `/a: { get: ${needs('r')} }`)
    const { leftOut, placed } = await translated(text)
    expect(placed).toEqual([])
    expect(leftOut.map(({ why }) => why)).toEqual([
      'a scope holds printable ASCII without spaces, quotes and backslashes: no token can hold this',
      'its requests look like those of another operation, which is left out',
    ])
  })

  test('whose path no route can say still counts at routes that reach it', async () => {
    const text = paths(`/f/{p:.*}/meta: { get: ${needs('secret')} }`, `/f/{p:.*}: { get: ${needs('r')} }`)
    expect(await routesOf(text)).toContain('/f/**:\n  GET: r secret')
  })

  const severalSegments = (name: string, more: string) =>
    `{ parameters: [{ name: ${name}, in: path, required: true, ${more} }], get: ${needs('secret')} }`

  test.each([
    ['by its pattern', `/f/{p}/meta: ${severalSegments('p', "schema: { pattern: '^a/.+$' }")}`],
    ['between texts', `/f/{p}/{q}.json: ${severalSegments('q', 'x-multi-segment: true')}`],
    ['under a name with a dot', `/f/{p.q}/meta: ${severalSegments('p.q', 'x-multi-segment: true')}`],
    ['by reserved expansion (RFC 6570)', `/f/{+p}/meta: { get: ${needs('secret')} }`],
  ])('for a parameter of several segments %s counts at a longer route', async (_, line) => {
    const text = paths(line, `/f/{a}/{b}/{c}: { get: ${needs('r')} }`)
    expect(await routesOf(text)).toContain('/f/{a}/{b}/{c}:\n  GET: r secret')
  })

  test.each([
    '/f(/:id)/meta',
    '/f/(:a/)(:b/)meta',
    '/f/{p=**}/meta',
    '/f/{p?}/meta',
    '/f/{p:x{1,2}|a/b}/meta',
  ])('counts at a route for the rest, where a part of it may be missing: %s', async (template) => {
    const text = paths(`"${template}": { get: ${needs('secret')} }`, `/f/{a}: { get: ${needs('r')} }`)
    expect(await routesOf(text)).toContain('/f/{a}:\n  GET: r secret')
  })

  test('since nobody can say where its server is, may be at this one', async () => {
    const servers = '[{ url: "https://{region}.example.com/" }]'
    const text = paths(
      `/f/all: { servers: ${servers}, get: ${needs('secret')} }`,
      `/f/{a}: { get: ${needs('r')} }`,
    )
    expect(await routesOf(text)).toContain('/f/{a}:\n  GET: r secret')
    expect((await translated(text)).leftOut.map(({ why }) => why)).toEqual([
      'its server cannot be read: give each variable of its URL a default',
    ])
  })
})

describe('distinguishes is written', () => {
  test.each([
    [['/chat.delete', '/chat.get'], ['extension']],
    [['/Admin', '/admin'], ['case']],
    [
      ['/chat.delete', '/chat.get', '/Admin', '/admin'],
      ['extension', 'case'],
    ],
    [['/a', '/b'], []],
  ])('for %j: %j', async (templates, expected) => {
    const text = paths(...templates.map((template, i) => `${template}: { get: ${needs(`s${i}`)} }`))
    expect((await translated(text)).routes.distinguishes).toEqual(expected)
  })

  test('not where look-alikes need the same', async () => {
    const text = paths(`/chat.delete: { get: ${needs('s')} }`, `/chat.get: { get: ${needs('s')} }`)
    expect((await translated(text)).routes.distinguishes).toEqual([])
  })
})

test('webhooks, callbacks and parts that nobody refers to become no routes', async () => {
  const text = `${head}webhooks: { w: { post: {} } }
paths: { /a: { get: { callbacks: { c: { '{$url}': { post: {} } } } } } }`
  expect(await routesOf(text)).toBe('/a:\n  GET: read # GET /a')
})
