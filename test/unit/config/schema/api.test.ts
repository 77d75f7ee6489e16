import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { apis } from '../../../../src/config/schema/api.ts'

function messages(more: object): string[] {
  const api = { resource: 'https://a/', upstream: 'http://a', routes: {}, ...more }
  return (v.safeParse(apis, { a: api }).issues ?? []).map(({ message }) => message)
}

describe('an API', () => {
  test.each([
    [{ preserveHost: true, hosts: ['a.test'] }, []],
    [
      { preserveHost: true },
      ['preserveHost needs hosts: else a client could choose any Host for the upstream'],
    ],
    [{ stripPath: true, path: '/' }, ['stripPath needs path: there is nothing to strip']],
    [{ stripPath: true, path: '/v1' }, []],
    [
      { cors: { origins: ['*'], headers: ['*'], credentials: true } },
      [
        '* cannot stand with credentials: name the origins',
        '* cannot stand with credentials: name the headers',
      ],
    ],
    [{ cors: { origins: ['*'] } }, []],
    [{ distinguishes: ['colour'] }, ['expected case, dots, extension or unicode']],
  ])('with %j: %j', (more, expected) => {
    expect(messages(more)).toEqual(expected)
  })
})
