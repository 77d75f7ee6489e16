import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gatewayFile, invalidityOf, publishedBy, yamlOf } from '../support/published.ts'
import { differences } from '../support/published-check.ts'

/** Anything that a careless or hostile hand could write. */
const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, true, '', '\ud800', -1, 1.5, []),
)
const name = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'x-y', 'größe', '{}')
const reference = fc.constantFrom(
  ...[
    '#/components/schemas/A',
    '#/components/schemas/B',
    '#/definitions/A',
    '#/paths',
    '#/nowhere',
    '',
    '#',
    './x',
  ],
)

const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    junk,
    reference.map(($ref) => ({ $ref, description: 'beside', nullable: true })),
    fc.record(
      {
        type: fc.constantFrom<unknown>('object', 'array', 'string', ['string', 'null'], 'file', 'any', [], 7),
        nullable: fc.oneof(fc.boolean(), junk),
        properties: fc.oneof(fc.dictionary(name, tie('schema'), { maxKeys: 3 }), junk),
        items: fc.oneof(tie('schema'), fc.array(tie('schema'), { maxLength: 2 })),
        allOf: fc.oneof(fc.array(tie('schema'), { maxLength: 2 }), junk),
        oneOf: fc.array(tie('schema'), { maxLength: 2 }),
        additionalProperties: tie('schema'),
        required: fc.oneof(fc.array(name), junk),
        enum: fc.oneof(fc.array(fc.jsonValue(), { maxLength: 3 }), junk),
        minimum: fc.oneof(fc.integer(), junk),
        exclusiveMinimum: fc.oneof(fc.boolean(), fc.integer()),
        pattern: fc.constantFrom<unknown>('^a', '(?i)a', '[', 5),
        discriminator: fc.oneof(
          junk,
          name,
          fc.record({ propertyName: name, mapping: fc.dictionary(name, reference) }),
        ),
        example: junk,
        examples: junk,
        default: junk,
        $id: fc.constant('https://evil.test/'),
        'x-internal': junk,
      },
      { requiredKeys: [] },
    ),
  ),
}))

const media = fc.dictionary(
  fc.constantFrom('application/json', 'text/plain', '*/*', 'no type', 'a/b; c=d'),
  fc.oneof(fc.record({ schema, example: junk, examples: junk, encoding: junk }, { requiredKeys: [] }), junk),
  { maxKeys: 2 },
)
const parameter = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record(
      {
        name: fc.oneof(fc.constantFrom('id', 'q'), name),
        in: fc.constantFrom('path', 'query', 'header', 'cookie', 'body', 'formData', 'nowhere'),
        schema,
        content: media,
        style: fc.constantFrom('simple', 'form', 'deepObject', 'matrix', 'odd'),
        explode: fc.boolean(),
        required: fc.boolean(),
        type: fc.constantFrom('string', 'array', 'file'),
        collectionFormat: fc.constantFrom('csv', 'multi', 'ssv', 'tsv'),
        description: fc.string({ maxLength: 900 }),
        example: junk,
        examples: junk,
      },
      { requiredKeys: ['name', 'in'] },
    ),
  },
  junk,
  fc.constant({ $ref: '#/components/parameters/P' }),
)
const parameters = fc.oneof(fc.array(parameter, { maxLength: 3 }), junk)
const operation = fc.record(
  {
    operationId: fc.oneof(fc.constantFrom('one', 'two', 'an id'), junk),
    summary: fc.oneof(fc.string({ maxLength: 400, unit: 'binary' }), junk),
    tags: junk,
    parameters,
    requestBody: fc.oneof(fc.record({ content: media, required: fc.boolean() }, { requiredKeys: [] }), junk),
    responses: fc.oneof(
      fc.dictionary(
        fc.constantFrom('200', 'default', '2XX', '999', 'x-a'),
        fc.oneof(fc.record({ content: media, schema }, { requiredKeys: [] }), junk),
        { maxKeys: 2 },
      ),
      junk,
    ),
    security: junk,
    callbacks: junk,
    consumes: junk,
  },
  { requiredKeys: [] },
)
const template = fc.constantFrom(
  ...[
    '/a',
    '/a/',
    '/a/{id}',
    '/a/{other}',
    '/a/{id}.json',
    '/b/{id}-{q}',
    '/b/{id:.*}',
    '/c#x',
    '/c?y=1',
    '/größe',
    '/d e',
  ],
)
const item = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.dictionary(fc.constantFrom('get', 'post', 'head', 'parameters'), operation, { maxKeys: 2 }),
  },
  junk,
)
const version = fc.constantFrom({ openapi: '3.0.3' }, { openapi: '3.1.0' }, { swagger: '2.0' })
const document = fc
  .tuple(
    version,
    fc.record(
      {
        info: junk,
        paths: fc.dictionary(template, item, { minKeys: 1, maxKeys: 5 }),
        components: fc.record({
          schemas: fc.dictionary(fc.constantFrom('A', 'B'), schema),
          parameters: fc.dictionary(fc.constant('P'), parameter),
        }),
        definitions: fc.dictionary(fc.constant('A'), schema),
        security: junk,
        servers: fc.oneof(junk, fc.constantFrom([{ url: '/v1' }], [{ url: 'https://h.test/{x}' }])),
      },
      { requiredKeys: ['paths'] },
    ),
  )
  .map(([written, rest]) => ({ ...written, ...rest }))

const routes =
  '{ /a: { GET: read, POST: public, HEAD: read }, "/a/{id}": { any: write }, "/a/{id}.json": { any: { anyOf: [read, write] } }, ' +
  '"/b/**": { any: authenticated }, /c: { any: optional }, "/**": { any: read write } }'

test('whatever stands in a document: what is published is OpenAPI 3.1, and says what the gateway asks for', async () => {
  let published = 0
  await fc.assert(
    fc.asyncProperty(document, async (written) => {
      const result = await publishedBy(
        gatewayFile(routes, '', 'distinguishes: [extension]'),
        JSON.stringify(written),
      )
      const errors = result.issues.filter((issue) => !issue.includes(' warning: '))
      expect(result.document === undefined).toBe(errors.length > 0)
      if (result.document === undefined || result.config === undefined) return
      published += 1
      expect(await invalidityOf(result.document)).toEqual([])
      expect(await differences(result.document, result.config)).toEqual([])
      expect(yamlOf(result)).toEqual(result.document)
    }),
    { numRuns: 300 },
  )
  expect(published).toBeGreaterThan(100)
}, 120_000)
