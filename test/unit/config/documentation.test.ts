import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseConfig } from '../../../src/config/load.ts'
import { configKeys, type Schema } from '../../support/config-keys.ts'

type Row = { readonly default: string; readonly text: string }

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8')
/** The rows of every table whose first cells are keys and whose third column is the default. */
function rowsOf(markdown: string): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (const line of markdown.split('\n')) {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
    const [, keys = '', , byDefault = '', meaning] = cells
    if (meaning === undefined || meaning === '' || !keys.startsWith('`')) continue
    for (const [, key = ''] of keys.matchAll(/`([^`]+)`/g)) {
      expect(rows.has(key), `${key} is documented twice`).toBe(false)
      rows.set(key, { default: byDefault, text: line })
    }
  }
  return rows
}

/**
 * Where a key is documented without an own default: it holds further keys, or says in words where its value
 * comes from.
 */
function isInWords(text: string): boolean {
  return !/^`[^`]*`$/.test(text)
}

function wordsOf(schema: Schema): string[] {
  const nested = [...((schema['anyOf'] ?? []) as Schema[]), ...[schema['items'] ?? []].flat()] as Schema[]
  return [...((schema['enum'] ?? []) as string[]), ...nested.flatMap(wordsOf)]
}

const keys = configKeys()
const rows = rowsOf(page)

describe('docs/configuration.md', () => {
  test('describes every key that the file can have, and no other', () => {
    expect([...rows.keys()].toSorted()).toEqual([...keys.keys()].toSorted())
  })

  test.each([...keys].filter(([, { schema }]) => schema['default'] !== undefined))(
    'says the default of %s',
    (key, { schema }) => {
      const text = rows.get(key)?.default ?? ''
      expect(parse(text.replace(/^`|`$/g, ''))).toEqual(parse(String(JSON.stringify(schema['default']))))
    },
  )

  test.each([...keys].filter(([, { schema }]) => schema['default'] === undefined))(
    'says where the value of %s comes from when it is not written',
    (key, { required }) => {
      const text = rows.get(key)?.default ?? ''
      expect(text).not.toBe('')
      expect(isInWords(text)).toBe(true)
      expect(text === 'required').toBe(required)
    },
  )

  test.each([...keys].filter(([, { schema }]) => wordsOf(schema).length > 0))(
    'names every word that %s can be',
    (key, { schema }) => {
      const place = key === 'routes.*.allow' ? page : (rows.get(key)?.text ?? '')
      for (const word of wordsOf(schema)) expect(place).toContain(`\`${word}\``)
    },
  )

  test.each([...page.matchAll(/^```yaml\n([^`]*^apis:[^`]*)^```/gm)].map(([, yaml = '']) => yaml))(
    'shows a configuration that loads without a word',
    (yaml) => {
      const env = { REPORTS_BASIC: 'cmVwb3J0czpyZXBvcnRz' }
      expect(parseConfig(yaml, { fileName: 'gateway.yaml', env }).issues).toEqual([])
    },
  )
})
