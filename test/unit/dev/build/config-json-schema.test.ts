import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { configJsonSchema } from '../../../../src/dev/build/config-json-schema.ts'
import { isValid } from '../../../support/json-schema.ts'

const root = join(import.meta.dirname, '../../../..')
const cases = join(root, 'test/cases/config')
const published = JSON.parse(readFileSync(join(root, 'gateway.schema.json'), 'utf8'))

function read(name: string): { text: string; printed: string } {
  const [text = '', printed = ''] = readFileSync(join(cases, name), 'utf8').split('---8<---\n')
  return { text, printed }
}

const names = readdirSync(cases).filter((name) => name.endsWith('.txt'))
const isTaken = (name: string) => !/^gateway\.yaml:\d+:\d+ (?!\S+ warning: )/m.test(read(name).printed)

/** Keys, types, words and the form of a single value. An editor does not see the value behind a reference. */
const aboutForm = new RegExp(
  [
    'unknown key|is missing:|has no value|the scheme is missing|without /oidc|holds ASCII alone|take user and',
    'a path starts with /|has no query|is written \\{name\\} here|no regular expression|stand for whole segments',
    'expected (?:a map|a list|true|host:port|an asymmetric|an origin such|a URL such|\\w+ or \\w+$|a whole number)',
    'expected a duration.*1h$|expected a size.*MiB$',
  ].join('|'),
  'm',
)
const isMisshapen = (name: string) => !name.startsWith('expansion-') && aboutForm.test(read(name).printed)

describe('gateway.schema.json', () => {
  test('is what `npm run schema` writes', () => {
    expect(published).toEqual(configJsonSchema())
  })

  test('admits the example', () => {
    expect(isValid(parse(readFileSync(join(root, 'gateway.example.yaml'), 'utf8')), published)).toBe(true)
  })

  test.each(names.filter(isTaken))('admits %s, as the gateway does', (name) => {
    expect(isValid(parse(read(name).text), published)).toBe(true)
  })

  test.each(names.filter(isMisshapen))('refuses %s, as the gateway does', (name) => {
    expect(isValid(parse(read(name).text), published)).toBe(false)
  })
})
