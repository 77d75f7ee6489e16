import { describe, expect, test } from 'vitest'
import { operationName } from '../../../src/openapi/operation.ts'
import { readOperations } from '../../../src/openapi/operations.ts'
import { documentOf, type Files, problemTexts } from '../../support/openapi.ts'

async function read(files: Files | string) {
  const document = await documentOf(files)
  const operations = readOperations(document)
  return {
    names: operations?.list.map(operationName),
    faults: operations?.list.flatMap(({ fault }) => fault ?? []),
    problems: problemTexts(operations?.problems ?? []),
    list: operations?.list ?? [],
  }
}

const base = 'openapi: 3.1.0\n'

describe('operations', () => {
  test('are every method of every path, in the order of the document', async () => {
    const text = `${base}paths: { /b: { post: { operationId: x }, get: {} }, x-y: { get: {} }, /a: { trace: {} } }`
    expect((await read(text)).names).toEqual(['GET /b', 'POST /b x', 'TRACE /a'])
  })

  test('know their place, the parameters of their path, and those of their own', async () => {
    const text = `${base}components: { parameters: { P: { name: p, in: path, x-multi-segment: true } } }
paths:
  /{p}/{q}:
    parameters: [{ name: p, in: path }, { name: q, in: path, schema: { pattern: a } }, { name: p, in: query }]
    get:
      parameters: [{ $ref: '#/components/parameters/P' }, { name: q, in: path, style: matrix }]
`
    const [operation] = (await read(text)).list
    expect(operation?.place).toEqual({ file: 'api.yaml', line: 6, column: 5 })
    expect(Object.fromEntries(operation?.parameters ?? [])).toEqual({
      p: { pattern: undefined, isMultiSegment: true, isMatrix: false },
      q: { pattern: undefined, isMultiSegment: false, isMatrix: true },
    })
  })

  test('of a path that is a reference are those of both, where something stands beside it', async () => {
    const text = `${base}components: { pathItems: { S: { get: {} } } }
paths: { /a: { $ref: '#/components/pathItems/S', get: { operationId: own }, put: {} } }`
    expect((await read(text)).names).toEqual(['GET /a', 'GET /a own', 'PUT /a'])
  })

  test('that cannot be read are known by their path, and each says why', async () => {
    const text = `${base}paths:
  /a: { get: { $ref: gone.yaml }, put: 1 }
  /b: { $ref: gone.yaml }
  /c: 5
  /d: { GET: {} }
  /e: { get: { security: [], security: [] }, get: {} }
  /f: { get: {} }
  /f: { get: {} }
`
    const { names, faults, problems } = await read(text)
    expect(names).toEqual(['GET /a', 'PUT /a', 'any /b', 'any /c', 'GET /e', 'GET /f'])
    expect(faults).toEqual([
      'it cannot be read',
      'it cannot be read',
      'its path cannot be read',
      'its path cannot be read',
      'a key of it stands twice',
      'its path stands twice in the document: keep one',
    ])
    expect(problems).toEqual([
      'api.yaml:5:3 a path has a map of methods: write get: below it',
      'api.yaml:6:9 methods are written in small letters: get; this one is not read',
    ])
  })

  test('there are none without paths', async () => {
    for (const paths of ['', 'paths: []', 'paths: { $ref: gone.yaml }'])
      expect(readOperations(await documentOf(`${base}${paths}`))).toBeUndefined()
    expect((await read(`${base}paths: {}`)).names).toEqual([])
  })
})
