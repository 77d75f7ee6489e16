import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { compareWithRoutes } from '../../src/openapi/comparison.ts'
import { pathForms } from '../../src/openapi/path-forms.ts'
import { fileOf, translated } from '../support/openapi.ts'
import { findWeaker, oracleOperations } from '../support/openapi-oracle.ts'
import { askRoutes } from '../support/route-table.ts'

const segment = fc.constantFrom(
  ...['a', 'b', 'A', 'a.b', 'a.json', 'x-b', '{x}', '{x}', '{y}', '{x}.json', 'x-{y}', '{x}-{z}', '{p:.*}'],
)
const template = fc
  .tuple(
    fc.array(segment, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '', '', '/', '#note', '?op=1'),
  )
  .map(([segments, end]) => `/${segments.join('/')}${end}`)
const scopes = fc.subarray(['a', 'b', 'c'])
const alternative = fc.oneof(
  { weight: 5, arbitrary: scopes.map((set) => ({ o: set })) },
  fc.constant({ key: [] }),
  fc.constant({}),
  fc.constant({ o: ['two words'] }),
)
const security = fc.option(fc.array(alternative, { maxLength: 3 }), { nil: undefined })
const operation = fc.oneof(
  { weight: 8, arbitrary: security.map((list) => (list === undefined ? {} : { security: list })) },
  fc.constant({ $ref: './gone.yaml' }),
)
const item = fc.dictionary(fc.constantFrom('get', 'post', 'head'), operation, { minKeys: 1 })
const document = fc.record({
  openapi: fc.constant('3.1.0'),
  security: security.map((list) => list ?? []),
  paths: fc.dictionary(template, item, { minKeys: 1, maxKeys: 7 }),
})

const values = () => ['v', 'a', 'b', 'x-b', 'v-w', 'a.json', 'A']

test('no route of a document is weaker than an operation that its requests may be meant for', async () => {
  await fc.assert(
    fc.asyncProperty(document, async (written) => {
      const read = await translated(JSON.stringify(written))
      expect(read.operations.length).toBe(read.placed.length + read.leftOut.length)
      const { config, issues } = parseConfig(fileOf(read), { fileName: 'gateway.yaml', env: {} })
      expect(issues.filter(({ severity }) => severity === 'error')).toEqual([])
      if (config === undefined) throw new Error('it has no error')
      const operations = oracleOperations(written, '')
      expect(await findWeaker(operations, askRoutes(config), values)).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('a file that init wrote differs from its document in what it said alone', async () => {
  await fc.assert(
    fc.asyncProperty(document, async (written) => {
      const read = await translated(JSON.stringify(written))
      const { config } = parseConfig(fileOf(read), { fileName: 'gateway.yaml', env: {} })
      const paths = config?.apis.flatMap((api) => api.paths) ?? []
      const { withoutRoute, withoutOperation, wider } = compareWithRoutes(read, paths)
      expect(withoutRoute.map(({ operation }) => operation).sort()).toEqual(
        read.leftOut.map((each) => each.operation).sort(),
      )
      expect(withoutOperation).toEqual([])
      const widened = read.placed.filter(({ forms }) => forms.widened !== undefined)
      if (widened.length === 0) expect(wider).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('a path that is exact covers its requests and no others, but for what stands around', () => {
  fc.assert(
    fc.property(template, fc.constantFrom('', '/v1'), (text, server) => {
      const forms = pathForms(server, text, new Map())
      if (forms.kind === 'none') return
      const [path] = oracleOperations({ paths: { [text]: { get: {} } } }, server)
      if (path === undefined) throw new Error('it has one operation')
      for (const value of values())
        for (const request of path.paths(value)) {
          const found = forms.patterns.some(({ segments }) => covers(segments, request))
          expect(found, request).toBe(true)
        }
    }),
  )
})

test('whatever a path holds, it is a pattern or a reason', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const forms = pathForms('', `/${text}`, new Map())
      if (forms.kind === 'forms') expect(forms.patterns.length).toBeGreaterThan(0)
      else expect(forms.why).not.toBe('')
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}/*+?=:.-$#%ab()[]<>') }), (text) => {
      expect(['forms', 'none']).toContain(pathForms('', `/${text}`, new Map()).kind)
    }),
    { numRuns: 2000 },
  )
})

type Segments = Extract<ReturnType<typeof pathForms>, { kind: 'forms' }>['patterns'][number]['segments']

function covers(segments: Segments, path: string): boolean {
  const parts = encodeURI(path)
    .split('/')
    .filter((part) => part !== '')
  return segments.every((segment, index) => {
    const part = parts[index] ?? ''
    if (segment.kind === 'rest') return true
    if (segment.kind === 'literal') return part === segment.text
    if (segment.kind !== 'affixed') return part !== ''
    return part.startsWith(segment.prefix) && part.endsWith(segment.suffix)
  })
}
