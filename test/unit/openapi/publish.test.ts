import { describe, expect, test } from 'vitest'
import {
  gatewayFile,
  invalidityOf,
  operationsIn,
  type PublishedResult,
  publishedBy,
  yamlOf,
} from '../../support/published.ts'
import { differences } from '../../support/published-check.ts'

type Json = Readonly<Record<string, unknown>>

/** The published operation of this id, and all that is wrong with the document. */
async function operationOf(result: PublishedResult, id: string) {
  if (result.document === undefined || result.config === undefined) throw new Error(result.issues.join('\n'))
  expect(await invalidityOf(result.document)).toEqual([])
  expect(await differences(result.document, result.config)).toEqual([])
  expect(yamlOf(result)).toEqual(result.document)
  const found = operationsIn(result.document).find(({ operation }) => operation['operationId'] === id)
  if (found === undefined) throw new Error(`nothing is published as ${id}`)
  return found
}

function documentWith(operation: object, more: object = {}): string {
  return JSON.stringify({
    openapi: '3.0.3',
    paths: { '/x': { post: { operationId: 'x', ...operation } } },
    ...more,
  })
}

function componentsOf({ document }: PublishedResult): Record<string, Json> {
  const components = (document?.['components'] ?? {}) as Record<string, Record<string, Json>>
  return components['schemas'] ?? {}
}

const routes = '{ /x: { any: read } }'

async function published(operation: object, more: object = {}): Promise<Json> {
  const result = await publishedBy(gatewayFile(routes), documentWith(operation, more))
  return (await operationOf(result, 'x')).operation
}

/** The schema of a JSON response, as it is published. */
async function schema(written: unknown, more: object = {}): Promise<unknown> {
  const responses = { 200: { description: '', content: { 'application/json': { schema: written } } } }
  const operation = (await published({ responses }, more)) as typeof published & Record<string, unknown>
  const { content } =
    (operation['responses'] as Record<string, { content: Record<string, Json> }>)['200'] ?? {}
  return content?.['application/json']?.['schema']
}

test('a name that is too long for a YAML key of one line is one that every reader reads', async () => {
  const name = 'a long name '.repeat(100)
  const properties = { [name]: { type: 'string' }, last: {} }
  expect(await schema({ type: 'object', properties })).toEqual({ type: 'object', properties })
})

describe('security', () => {
  test.each([
    ['public', []],
    ['optional', [{ oauth2: [] }, {}]],
    ['authenticated', [{ oauth2: [] }]],
    ['read write', [{ oauth2: ['read', 'write'] }]],
    ['{ anyOf: [read, write] }', [{ oauth2: ['read'] }, { oauth2: ['write'] }]],
  ])('of a route that is %s', async (requirement, security) => {
    const file = gatewayFile(`{ /x: ${requirement}, /y: admin }`)
    const document = JSON.stringify({
      openapi: '3.1.0',
      security: [{ other: ['of the document'] }],
      paths: { '/x': { get: { operationId: 'x' } }, '/y': { get: { operationId: 'y' } } },
    })
    const { operation } = await operationOf(await publishedBy(file, document), 'x')
    expect(operation['security']).toEqual(security)
  })

  test('is one scheme, with the scopes in use alone, as the file describes them', async () => {
    const file = gatewayFile(
      '{ /x: read, /y: write, /z: other }',
      'operations: { only: [x, y] }',
      'permissions: { read: Look at todos., write: Change todos., other: More. }',
    )
    const get = (operationId: string) => ({ get: { operationId } })
    const paths = { '/x': get('x'), '/y': get('y'), '/z': get('z') }
    const { document } = await publishedBy(file, JSON.stringify({ openapi: '3.1.0', paths }))
    expect(document?.['components']).toEqual({
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          flows: {
            authorizationCode: {
              authorizationUrl: 'https://tenant.logto.app/oidc/auth',
              tokenUrl: 'https://tenant.logto.app/oidc/token',
              scopes: { read: 'Look at todos.', write: 'Change todos.' },
            },
          },
        },
      },
    })
  })

  test('points at the facade where there is one', async () => {
    const clients = 'clients: [app1], redirectUris: ["https://chatgpt.com/aip/g-1/oauth/callback"]'
    const { json } = await publishedBy(gatewayFile(routes, clients), documentWith({}))
    expect(json).toContain('"authorizationUrl": "https://gw.example.com/oauth/authorize"')
    expect(json).toContain('"tokenUrl": "https://gw.example.com/oauth/token"')
  })

  test('is a union where the values of a parameter have routes of their own', async () => {
    const file = gatewayFile('{ "/lists/{name}": read, /lists/all: read admin }')
    const parameter = { name: 'name', in: 'path', required: true, schema: { enum: ['mine', 'all'] } }
    const paths = { '/lists/{name}': { get: { operationId: 'list', parameters: [parameter] } } }
    const result = await publishedBy(file, JSON.stringify({ openapi: '3.1.0', paths }))
    const [found] = operationsIn(result.document ?? {})
    expect(found?.operation['security']).toEqual([{ oauth2: ['read', 'admin'] }])
  })
})

describe('where ChatGPT calls', () => {
  const paths = { '/x': { get: { operationId: 'x' } } }

  test.each([
    ['', {}, '', 'https://gw.example.com', '/x'],
    ['path: /todo, stripPath: true,', {}, '', 'https://gw.example.com/todo', '/x'],
    [
      'path: /todo,',
      { servers: [{ url: 'http://localhost/todo' }] },
      '',
      'https://gw.example.com',
      '/todo/x',
    ],
    ['', { servers: [{ url: '/v1' }, { url: '/' }] }, '', 'https://gw.example.com', '/x'],
    ['', {}, 'https://example.com/gw', 'https://example.com/gw', '/x'],
  ])('follows the path of the API: %s', async (api, more, publicUrl, server, path) => {
    const route = api.includes('/todo,') && !api.includes('strip') ? '/todo/x' : '/x'
    const file = gatewayFile(`{ ${route}: read }`, '', api.replace(/,$/, '').replace(', ', '\n    '))
    const text = publicUrl === '' ? file : file.replace(/^publicUrl.*$/m, `publicUrl: ${publicUrl}`)
    const result = await publishedBy(text, JSON.stringify({ openapi: '3.1.0', paths, ...more }))
    expect(result.issues.filter((issue) => !issue.includes('warning'))).toEqual([])
    expect(result.document).toMatchObject({ servers: [{ url: server }], paths: { [path]: {} } })
  })

  test('leaves operations of other hosts, of other APIs and without a route out, and says nothing', async () => {
    const document = {
      openapi: '3.1.0',
      paths: {
        ...paths,
        '/elsewhere': { servers: [{ url: 'https://other.test' }], get: { operationId: 'elsewhere' } },
        '/other': { get: { operationId: 'other' } },
        '/z': { get: { operationId: 'z' }, trace: { operationId: 'traced' } },
      },
    }
    const other =
      'apis:\n  b: { path: /other, resource: https://b.test/, upstream: http://b.test, routes: { /other: read } }'
    const file = gatewayFile('{ /x: read, /elsewhere: read }', 'api: todo').replace('apis:', other)
    const result = await publishedBy(file, JSON.stringify(document))
    expect(result.issues).toEqual([])
    expect(Object.keys(result.document?.['paths'] as Json)).toEqual(['/x'])
  })
})

describe('ids', () => {
  test('are made of method and path, whatever else is published and in whichever order', async () => {
    const items: [string, object][] = [
      ['/a/b', { get: {}, post: { operationId: 'an id' } }],
      ['/a_b', { get: {} }],
      ['/', { get: {} }],
      ['/twice', { get: { operationId: 'same' }, put: { operationId: 'same' } }],
      [`/${'long/'.repeat(20)}end`, { get: {} }],
      ['/kept', { get: { operationId: 'kept-1_A' } }],
    ]
    const ids = async (list: typeof items) => {
      const document = JSON.stringify({ openapi: '3.1.0', paths: Object.fromEntries(list) })
      const { document: found } = await publishedBy(gatewayFile('{ "/**": read }'), document)
      const all = operationsIn(found ?? {})
      return new Map(
        all.map((each) => [`${each.method} ${each.template}`, String(each.operation['operationId'])]),
      )
    }
    const forward = await ids(items)
    expect(await ids(items.toReversed())).toEqual(forward)
    expect(forward.get('GET /')).toBe('get_root')
    expect(forward.get('POST /a/b')).toBe('post_a_b')
    expect(forward.get('GET /twice')).toBe('get_twice')
    expect(forward.get('PUT /twice')).toBe('put_twice')
    expect(forward.get('GET /kept')).toBe('kept-1_A')
    expect(forward.get('GET /a/b')).toMatch(/^get_a_b_[0-9a-f]{10}$/)
    expect([...forward.values()].filter((id) => !/^[\w-]{1,64}$/.test(id))).toEqual([])
    expect(new Set(forward.values()).size).toBe(forward.size)
  })

  test('of the document and of the published one both name an operation', async () => {
    const more = 'operations: { only: [an id], consequential: { post_x: false } }'
    const { document } = await publishedBy(gatewayFile(routes, more), documentWith({ operationId: 'an id' }))
    const [found] = operationsIn(document ?? {})
    expect(found?.operation).toMatchObject({ operationId: 'post_x', 'x-openai-isConsequential': false })
  })
})

describe('x-openai-isConsequential', () => {
  test.each([
    ['get', {}, '', false],
    ['head', {}, '', false],
    ['delete', {}, '', true],
    ['post', { 'x-openai-isConsequential': false }, '', false],
    ['get', { 'x-openai-isConsequential': true }, '', true],
    ['get', { 'x-openai-isConsequential': true }, 'operations: { consequential: { x: false } }', false],
    ['get', { 'x-openai-isConsequential': 'no' }, '', false],
  ])('of %s with %j and %s', async (method, written, more, expected) => {
    const paths = { '/x': { [method]: { operationId: 'x', ...written } } }
    const result = await publishedBy(gatewayFile(routes, more), JSON.stringify({ openapi: '3.1.0', paths }))
    const { operation } = await operationOf(result, 'x')
    expect(operation['x-openai-isConsequential']).toBe(expected)
  })
})

describe('texts', () => {
  const words = 'todo '.repeat(200)

  test('are cut at a word', async () => {
    const parameters = [{ name: 'q', in: 'query', description: words, schema: {} }]
    const operation = await published({ summary: words, description: 'ß'.repeat(400), parameters })
    expect(operation['summary']).toMatch(/ todo…$/)
    expect(String(operation['summary']).length).toBeLessThanOrEqual(300)
    expect(operation['description']).toBe(`${'ß'.repeat(299)}…`)
    const [parameter] = operation['parameters'] as { description: string }[]
    expect(parameter?.description).toMatch(/^todo .* todo…$/)
    expect(parameter?.description.length).toBeLessThanOrEqual(700)
  })

  test('of 300 characters stay', async () => {
    expect((await published({ summary: 'x'.repeat(300) }))['summary']).toBe('x'.repeat(300))
  })

  test('hold whole characters alone', async () => {
    const operation = await published({ summary: `${'x'.repeat(298)}😀😀`, description: '\ud800 half' })
    expect(operation['summary']).toBe(`${'x'.repeat(298)}…`)
    expect(operation['description']).toBe('\ufffd half')
  })
})

describe('schemas', () => {
  test.each([
    [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [
      { allOf: [{ type: 'string' }], nullable: true },
      { anyOf: [{ allOf: [{ type: 'string' }] }, { type: 'null' }] },
    ],
    [
      { type: 'number', minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
      { type: 'number', exclusiveMinimum: 1, maximum: 9 },
    ],
    [{ type: 'object' }, { type: 'object', properties: {} }],
    [{ properties: { a: {} } }, { type: 'object', properties: { a: {} } }],
    [
      { type: 'string', example: 'a' },
      { type: 'string', examples: ['a'] },
    ],
    [{ type: 'any', required: true, maxLength: -1, pattern: '(?i)a', minimum: '1' }, {}],
    [
      { items: [{ type: 'string' }], type: 'array' },
      { type: 'array', prefixItems: [{ type: 'string' }] },
    ],
    [{ $id: 'https://evil.test/', $anchor: 'a', type: 'string' }, { type: 'string' }],
    [{ $ref: '#/nowhere', type: 'string' }, {}],
    [
      { enum: [1, null], default: null, 'x-internal': 'secret' },
      { enum: [1, null], default: null },
    ],
    [
      { type: 'object', properties: JSON.parse('{"__proto__": {"type": "string"}, "constructor": {}}') },
      { type: 'object', properties: JSON.parse('{"__proto__": {"type": "string"}, "constructor": {}}') },
    ],
    [true, true],
    ['text', {}],
  ])('%j become %j', async (written, expected) => {
    expect(await schema(written)).toEqual(expected)
  })

  test('that refer to themselves are components', async () => {
    const more = {
      components: {
        schemas: {
          Tree: { type: 'object', properties: { next: { $ref: '#/components/schemas/Tree' } } },
          Unused: { type: 'string' },
          Circle: { $ref: '#/components/schemas/Circle' },
        },
      },
    }
    const responses = {
      200: {
        description: '',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Tree' } } },
      },
      201: {
        description: '',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Circle' } } },
      },
    }
    const result = await publishedBy(gatewayFile(routes), documentWith({ responses }, more))
    await operationOf(result, 'x')
    expect(componentsOf(result)).toEqual({
      Tree: { type: 'object', properties: { next: { $ref: '#/components/schemas/Tree' } } },
    })
  })

  test('of two files with one name stay two', async () => {
    const ref = ($ref: string) => ({ description: '', content: { 'application/json': { schema: { $ref } } } })
    const responses = { 200: ref('#/components/schemas/Error'), 500: ref('./Error.json') }
    const components = { schemas: { Error: { type: 'string' } } }
    const files = {
      'api.yaml': documentWith({ responses }, { components }),
      'Error.json': JSON.stringify({ type: 'integer' }),
    }
    const result = await publishedBy(gatewayFile(routes), files)
    await operationOf(result, 'x')
    expect(componentsOf(result)).toEqual({
      Error: { type: 'string' },
      Error_2: { type: 'integer' },
    })
  })
})

describe('Swagger 2.0', () => {
  const swagger = {
    swagger: '2.0',
    info: { title: 'Pets', version: '1' },
    basePath: '/v1',
    consumes: ['application/json'],
    produces: ['application/json', 'application/xml'],
    definitions: { Pet: { type: 'object', discriminator: 'kind', properties: { kind: { type: 'string' } } } },
    paths: {
      '/pets': {
        post: {
          operationId: 'addPet',
          parameters: [
            {
              name: 'pet',
              in: 'body',
              required: true,
              description: 'It.',
              schema: { $ref: '#/definitions/Pet' },
            },
            {
              name: 'tags',
              in: 'query',
              type: 'array',
              items: { type: 'string' },
              collectionFormat: 'multi',
            },
            {
              name: 'ids',
              in: 'query',
              type: 'array',
              items: { type: 'integer' },
              collectionFormat: 'pipes',
            },
          ],
          responses: { 200: { description: 'Added.', schema: { $ref: '#/definitions/Pet' } } },
        },
        put: {
          operationId: 'sendPicture',
          consumes: ['application/x-www-form-urlencoded'],
          parameters: [
            { name: 'picture', in: 'formData', type: 'file', required: true, description: 'Of it.' },
            { name: 'name', in: 'formData', type: 'string', 'x-nullable': true },
          ],
        },
      },
    },
  }

  test('becomes OpenAPI 3.1', async () => {
    const result = await publishedBy(gatewayFile('{ /v1/pets: { any: write } }'), JSON.stringify(swagger))
    const { operation } = await operationOf(result, 'addPet')
    const pet = { schema: { $ref: '#/components/schemas/Pet' } }
    expect(operation).toMatchObject({
      requestBody: { description: 'It.', required: true, content: { 'application/json': pet } },
      parameters: [
        { name: 'tags', in: 'query', style: 'form', explode: true, schema: { type: 'array' } },
        { name: 'ids', in: 'query', style: 'pipeDelimited', explode: false, schema: { type: 'array' } },
      ],
      responses: { 200: { content: { 'application/json': pet, 'application/xml': pet } } },
    })
    expect(componentsOf(result)).toEqual({
      Pet: {
        type: 'object',
        properties: { kind: { type: 'string' } },
        discriminator: { propertyName: 'kind' },
      },
    })
    const { operation: form } = await operationOf(result, 'sendPicture')
    expect(form['requestBody']).toEqual({
      required: true,
      content: {
        'multipart/form-data': {
          schema: {
            type: 'object',
            properties: {
              picture: { type: 'string', format: 'binary', description: 'Of it.' },
              name: { type: ['string', 'null'] },
            },
            required: ['picture'],
          },
        },
      },
    })
  })
})

describe('request bodies', () => {
  const bodyOf = (written: unknown) => ({ content: { 'application/json': { schema: written } } })
  const components = {
    schemas: {
      Cat: { properties: { name: { type: 'string' } } },
      Dog: { allOf: [{ $ref: '#/components/schemas/Cat' }] },
      List: { type: 'array', items: {} },
      Loop: { allOf: [{ $ref: '#/components/schemas/Loop' }] },
    },
  }
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

  test.each([
    [{ type: 'object' }],
    [ref('Cat')],
    [ref('Dog')],
    [{ oneOf: [ref('Cat'), ref('Dog')] }],
    [{ additionalProperties: true }],
  ])('that are objects say so: %j', async (written) => {
    const result = await publishedBy(
      gatewayFile(routes),
      documentWith({ requestBody: bodyOf(written) }, { components }),
    )
    const { operation } = await operationOf(result, 'x')
    const body = operation['requestBody'] as { content: Record<string, { schema: Json }> }
    const found = body.content['application/json']?.schema ?? {}
    const name = String(found['$ref']).replace('#/components/schemas/', '')
    const target = componentsOf(result)[name] ?? found
    expect(target).toMatchObject({ type: 'object', properties: expect.anything() })
  })

  test.each([
    [{ type: 'string' }],
    [ref('List')],
    [{ oneOf: [ref('Cat'), ref('List')] }],
    [{}],
    [ref('Loop')],
  ])('that are none are an error: %j', async (written) => {
    const text = documentWith({ requestBody: bodyOf(written) }, { components })
    const { issues, config } = await publishedBy(gatewayFile(routes), text)
    expect(config).toBeUndefined()
    expect(issues.filter((issue) => !issue.includes('warning'))).toEqual([
      expect.stringMatching(/^api\.yaml:1:\d+: the JSON request body of x is no object/),
    ])
  })

  test('in another form may be anything', async () => {
    const requestBody = { content: { 'text/plain': { schema: { type: 'string' } } } }
    expect(await published({ requestBody })).toMatchObject({ requestBody })
  })
})

describe('sizes', () => {
  const paths = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`/${i}`, { get: { operationId: `o${i}` } }]))

  test('30 operations are published, and 31 are listed', async () => {
    const file = gatewayFile('{ "/**": read }')
    const some = await publishedBy(file, JSON.stringify({ openapi: '3.1.0', paths: paths(30) }))
    expect(operationsIn(some.document ?? {})).toHaveLength(30)
    const more = await publishedBy(file, JSON.stringify({ openapi: '3.1.0', paths: paths(31) }))
    expect(more.issues).toEqual([
      expect.stringMatching(/^chatgpt\.openapi: 31 operations .*o30 \(0\.2 kB\)$/),
    ])
  })

  test('1,000,000 bytes are published, and one more is not', async () => {
    const withText = (length: number) =>
      JSON.stringify({ openapi: '3.1.0', info: { description: 'ß'.repeat(length) }, paths: paths(1) })
    const file = gatewayFile('{ "/**": read }')
    const empty = await publishedBy(file, withText(0))
    const room = (1_000_000 - Buffer.byteLength(empty.json)) / 2
    const full = await publishedBy(file, withText(Math.floor(room)))
    expect(Buffer.byteLength(full.json)).toBe(1_000_000 - (room % 1 === 0 ? 0 : 1))
    const large = await publishedBy(file, withText(Math.floor(room) + 1))
    expect(large.issues).toEqual([expect.stringMatching(/would have 100000[12] bytes.* o0 \(0\.2 kB\)$/)])
  })
})

describe('hostile documents', () => {
  test('that stand for more than any memory holds are refused', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`)
    const values = Array.from({ length: 20_000 }, (_, i) => i)
    const parameters = names.map((name) => [name, { name, in: 'query', schema: { enum: values } }])
    const get = { parameters: names.map((name) => ({ $ref: `#/components/parameters/${name}` })) }
    const paths = Object.fromEntries(names.map((name) => [`/${name}`, { get }]))
    const components = { parameters: Object.fromEntries(parameters) }
    const text = JSON.stringify({ openapi: '3.1.0', paths, components })
    const { issues, config } = await publishedBy(gatewayFile('{ "/**": read }'), text)
    expect(config).toBeUndefined()
    expect(issues).toEqual([expect.stringContaining('has more than 2,000,000 parts')])
  })

  test('that are nested without end are refused', async () => {
    const nested = `${'{"not":'.repeat(400)}{}${'}'.repeat(400)}`
    const text = documentWith({ requestBody: { content: { 'a/b': { schema: '' } } } }).replace('""', nested)
    const { issues, config } = await publishedBy(gatewayFile(routes), text)
    expect(config).toBeUndefined()
    expect(issues).toEqual([expect.stringMatching(/nested/)])
  })

  test('with names of prototypes publish them as names', async () => {
    const text = `{"openapi": "3.1.0", "paths": {"/x": {"get": {"operationId": "constructor", "parameters":
      [{"name": "__proto__", "in": "query", "schema": {"$ref": "#/components/schemas/__proto__"}}]}}},
      "components": {"schemas": {"__proto__": {"type": "string"}}}}`
    const more = 'operations: { only: [constructor] }'
    const result = await publishedBy(gatewayFile(routes, more), text)
    const { operation } = await operationOf(result, 'constructor')
    expect(operation['parameters']).toEqual([
      { name: '__proto__', in: 'query', schema: { $ref: '#/components/schemas/__proto__' } },
    ])
    expect(result.json).toContain('"__proto__": {\n        "type": "string"')
  })

  test('cannot read files of others, nor ask anybody', async () => {
    const responses = {
      200: { $ref: '/etc/passwd' },
      201: { $ref: '../../../../etc/passwd' },
      202: { $ref: 'http://127.0.0.1:9/x.json' },
    }
    const { json } = await publishedBy(gatewayFile(routes), documentWith({ responses }))
    expect(json).toContain('"responses": {\n          "default"')
  })

  test('publish nothing of their servers, callbacks and extensions', async () => {
    const secret = 'internal.example'
    const operation = {
      servers: [{ url: '/' }],
      callbacks: { done: { [secret]: { post: {} } } },
      'x-amazon': secret,
      externalDocs: { url: `https://${secret}` },
      responses: { 200: { description: '', headers: { [secret]: {} }, links: { [secret]: {} } } },
    }
    const more = {
      'x-server': secret,
      externalDocs: { url: secret },
      tags: [{ name: secret }],
      webhooks: { secret },
    }
    const { json } = await publishedBy(gatewayFile(routes), documentWith(operation, more))
    expect(json).not.toContain(secret)
  })

  test('say in a message nothing that a terminal obeys', async () => {
    const text = documentWith({ operationId: '\u001b[2J\u202egone', summary: '\u001b[2J'.repeat(100) })
    const { issues } = await publishedBy(gatewayFile(routes), text)
    expect(issues.length).toBeGreaterThan(0)
    expect(issues.filter((issue) => /[\u001b\u202e]/.test(issue))).toEqual([])
  })

  test('that say two things about an operation are published once', async () => {
    const text = `openapi: 3.1.0
paths:
  /x/{a}: { get: { operationId: first } }
  /x/{b}: { get: { operationId: second }, put: { operationId: third, parameters: [{ name: b, in: path, required: true }] } }
  /x/{a}#other: { get: { operationId: fourth } }
`
    const result = await publishedBy(gatewayFile('{ "/x/{id}": { any: read } }'), text)
    await operationOf(result, 'third')
    const all = operationsIn(result.document ?? {}).map(({ method, template }) => `${method} ${template}`)
    expect(all).toEqual(['GET /x/{a}', 'PUT /x/{a}'])
  })
})
