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

/** Keys, types, words and the form of a single value; an editor cannot see what stands behind a reference. */
const aboutShape =
  /unknown key|is missing:|has no value|expected (?:a map|a list|true|host:port|an asymmetric|\w+ or \w+$|a whole number of|a duration.*1h$|a size.*MiB$)/m
const isMisshapen = (name: string) => !name.startsWith('expansion-') && aboutShape.test(read(name).printed)

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
