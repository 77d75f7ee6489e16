import fc from 'fast-check'
import { expect, it } from 'vitest'
import { foldName } from '../../src/http/field-name.ts'
import { createHeaderPolicy } from '../../src/http/header-policy.ts'
import { readRequestHead } from '../../src/http/request-head.ts'

const policy = createHeaderPolicy({ identityHeaders: ['X-Todo-User'], strip: ['X-Legacy'], keep: [] })

const never = [
  'X-Todo-User',
  'X-User-Id',
  'X-Legacy',
  'X-Forwarded-For',
  'Transfer-Encoding',
  'Content-Length',
  'X-HTTP-Method-Override',
  'Remote-User',
  'X-Original-URL',
  'Host',
]

/**
 * The name with each letter in either case, each `-` as any character that a field name may hold, and dashes
 * around.
 */
const alias = fc
  .tuple(
    fc.constantFrom(...never),
    fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
    fc.array(fc.constantFrom('-', '_', '.', '*', "'", '|', '`', '$', '&', '!', '#', '%', '+', '^', '~'), {
      minLength: 30,
      maxLength: 30,
    }),
    fc.constantFrom('', '-', '_'),
    fc.constantFrom('', '-', '.'),
  )
  .map(([name, upper, marks, before, after]) => {
    const letters = [...name].map((character, i) => {
      if (character === '-') return marks[i] ?? '-'
      return upper[i] ? character.toUpperCase() : character.toLowerCase()
    })
    return before + letters.join('') + after
  })

it('no alias of a removed name passes', () => {
  fc.assert(
    fc.property(alias, (name) => {
      const head = readRequestHead('GET', '1.1', ['Host', 'gw.test', 'Accept', '*/*'], { headerCount: 100 })
      if ('code' in head) throw new Error(head.detail)
      expect(policy.endToEnd({ ...head, headers: [...head.headers, name, 'x'] })).toEqual(['Accept', '*/*'])
    }),
    { numRuns: 2000 },
  )
})

it('folding a name twice is folding it once', () => {
  fc.assert(fc.property(fc.string(), (name) => foldName(foldName(name)) === foldName(name)))
})
