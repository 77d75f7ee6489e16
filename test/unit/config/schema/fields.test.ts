import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { fields, key, needed } from '../../../../src/config/schema/fields.ts'
import { flag, text } from '../../../../src/config/schema/values.ts'

const api = fields(
  {
    resource: needed(text, 'The API identifier.', 'write it'),
    stripPath: key(flag, 'Whether the prefix is removed.', false),
    path: key(text, 'The prefix.'),
  },
  (value) =>
    value['stripPath'] === true && !('path' in value)
      ? { key: 'stripPath', message: 'stripPath needs path' }
      : undefined,
)

function messages(value: unknown): string[] {
  const { issues = [] } = v.safeParse(api, value)
  return issues.map(({ message }) => message)
}

describe('a map of fields', () => {
  test('fills in defaults and leaves out what is not written', () => {
    expect(v.parse(api, { resource: 'r' })).toEqual({ resource: 'r', stripPath: false })
  })

  test('names the key that is missing, and what to write', () => {
    expect(messages({})).toEqual(['resource is missing: write it'])
  })

  test('suggests the key that was meant, and does not miss it', () => {
    expect(messages({ resuorce: 'r' })).toEqual(['unknown key, did you mean "resource"?'])
  })

  test('lists its keys where none is near', () => {
    expect(messages({ resource: 'r', upstream: 'u' })).toEqual([
      'unknown key; known here: resource, stripPath, path',
    ])
  })

  test.each(['mcp'])('says that %s comes with a later feature', (name) => {
    expect(messages({ resource: 'r', [name]: {} })).toEqual([
      'this version does not have what this key is for: take it out',
    ])
  })

  test('asks its rules even when another key has a wrong value', () => {
    expect(messages({ resource: '', stripPath: true })).toEqual([
      expect.stringContaining('an empty text'),
      'stripPath needs path',
    ])
  })

  test('asks for nothing that a merge key may have brought', () => {
    expect(messages({ '<<': undefined, stripPath: true })).toEqual([expect.stringContaining('unknown key')])
  })
})
