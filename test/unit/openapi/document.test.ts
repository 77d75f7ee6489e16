import { describe, expect, test } from 'vitest'
import { openDocument } from '../../../src/openapi/document.ts'
import { documentOf, type Files, problemTexts, sourcesOf } from '../../support/openapi.ts'

async function problemsOf(files: Files | string): Promise<string[]> {
  const opened = await openDocument(sourcesOf(files))
  return problemTexts(opened.document?.problems ?? ('problems' in opened ? opened.problems : []))
}

describe('a document', () => {
  test.each([
    ["swagger: '2.0'", '2.0'],
    ['swagger: 2.0', '2.0'],
    ['openapi: 3.0.4', '3.0'],
    ['openapi: 3.1', '3.1'],
    ['{"openapi": "3.1.1-rc1"}', '3.1'],
  ])('with %s is read as %s', async (text, version) => {
    expect((await documentOf(text)).version).toBe(version)
  })

  test.each([
    ['openapi: 3.2.0', 'api.yaml:1:1 this version is not read: Swagger 2.0, OpenAPI 3.0 and OpenAPI 3.1 are'],
    ["info: {}\nswagger: '1.2'", 'api.yaml:2:1 this version is not read'],
    ['name: x', 'api.yaml:1:1 this is no OpenAPI document'],
    ['[]', 'api.yaml:1:1 this is no OpenAPI document'],
    ['openapi: [', 'api.yaml:1:11 not YAML or JSON: '],
    ['', 'api.yaml:1:1 this is no OpenAPI document'],
  ])('with %j is none', async (text, problem) => {
    expect((await problemsOf(text)).join('\n')).toContain(problem)
  })
})

const base = 'openapi: 3.1.0\n'

describe('references', () => {
  test('lead through files, pointers with escapes, and other references', async () => {
    const document = await documentOf({
      'api.yaml': `${base}paths: { /a: { $ref: 'parts/p.yaml#/items/~1x~0y%20z' } }`,
      'parts/p.yaml': "items: { '/x~y z': { $ref: '../more.json#/one/two' } }",
      'more.json': '{ "one": { "$ref": "#/three" }, "three": { "two": { "get": {} } } }',
    })
    expect(document.problems).toEqual([])
    const { paths } = document.root as { paths: Record<string, unknown> }
    expect(document.follow(paths['/a'])).toEqual({ get: {} })
  })

  test('that lead nowhere are each reported where they stand', async () => {
    const files = {
      'api.yaml': `${base}a: { $ref: '#/gone' }\nb: { $ref: gone.yaml }\nc: { $ref: 'bad.yaml#/x' }
d: { $ref: '#anchor' }\ne: { $ref: 'http://[' }\nf: { $ref: gone.yaml }`,
      'bad.yaml': '{',
    }
    expect(await problemsOf(files)).toEqual([
      'api.yaml:2:6 missing reference #/gone: nothing is there',
      'api.yaml:3:6 missing reference gone.yaml: gone.yaml is no such file',
      expect.stringContaining('api.yaml:4:6 missing reference bad.yaml#/x: bad.yaml is not YAML or JSON'),
      'api.yaml:5:6 missing reference #anchor: no JSON pointer: write it as #/components/schemas/Name',
      'api.yaml:6:6 missing reference http://[: no URL reference',
      'api.yaml:7:6 missing reference gone.yaml: gone.yaml is no such file',
    ])
  })

  test('that go in a circle are reported, and lead nowhere', async () => {
    const text = `${base}a: { $ref: '#/b' }\nb: { $ref: '#/c' }\nc: { $ref: '#/b' }\nd: { e: { $ref: '#/d' } }`
    expect(await problemsOf(text)).toEqual([
      expect.stringContaining('api.yaml:2:6 this reference leads back to itself'),
      expect.stringContaining('api.yaml:3:6 this reference leads back to itself'),
      expect.stringContaining('api.yaml:4:6 this reference leads back to itself'),
    ])
    const document = await documentOf(text)
    expect(document.follow(document.root['a'])).toBeUndefined()
    // A structure that holds itself is none: schemas are often so.
    expect(document.follow((document.root['d'] as { e: unknown }).e)).toBe(document.root['d'])
  })

  test('that would take exponential time take little', async () => {
    const links = Array.from({ length: 60 }, (_, i) => `  x${i + 1}: { $ref: '#/s/x${i}/p/p' }`).join('\n')
    const started = performance.now()
    await problemsOf(`${base}s:\n  x0: { p: { $ref: '#/s/x0' } }\n${links}`)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  test('never lead to something that objects inherit', async () => {
    expect(await problemsOf(`${base}a: { $ref: '#/constructor' }\nb: { $ref: '#/__proto__/x' }`)).toEqual([
      'api.yaml:2:6 missing reference #/constructor: nothing is there',
      'api.yaml:3:6 missing reference #/__proto__/x: nothing is there',
    ])
  })
})
