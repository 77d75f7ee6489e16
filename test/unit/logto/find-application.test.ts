import { expect, test } from 'vitest'
import { findApplication } from '../../../src/logto/find-application.ts'
import type { Application } from '../../../src/logto/tenant.ts'

function application(id: string, name: string, mark?: string): Application {
  return {
    id,
    name,
    type: 'Traditional',
    description: '',
    isThirdParty: false,
    oidcClientMetadata: { redirectUris: [] },
    customClientMetadata: {},
    customData: mark === undefined ? {} : { scopegate: mark },
  }
}

const lock = (id: string) => ({ endpoint: 'https://a.test', applications: { A: id }, resources: {} })
const found = (id: string, isMarked: boolean) => ({ kind: 'found', application: { id }, isMarked })

test.each([
  [
    'by the id of the lock, however it is called now',
    [application('1', 'renamed', 'A'), application('2', 'A')],
    lock('1'),
    found('1', true),
  ],
  [
    'by the mark, where the lock is of another time',
    [application('1', 'renamed', 'A'), application('2', 'A')],
    lock('9'),
    found('1', true),
  ],
  ['by the mark without a lock', [application('1', 'renamed', 'A')], undefined, found('1', true)],
  ['by the name, and it is not marked', [application('1', 'A')], undefined, found('1', false)],
  ['not by a name in other letters', [application('1', 'a')], undefined, { kind: 'none' }],
  [
    'not by the name of one that is marked as another',
    [application('1', 'A', 'B')],
    undefined,
    { kind: 'none' },
  ],
  [
    'not among several of its name',
    [application('1', 'A'), application('2', 'A')],
    undefined,
    { kind: 'several', ids: ['1', '2'] },
  ],
  [
    'not among several of its mark',
    [application('1', 'x', 'A'), application('2', 'y', 'A')],
    undefined,
    { kind: 'several', ids: ['1', '2'] },
  ],
  [
    'not by a name that every object inherits',
    [application('1', 'B')],
    { ...lock('1'), applications: {} },
    { kind: 'none' },
  ],
])('an application is found %s', (_, applications, locked, match) => {
  expect(findApplication('A', applications, locked)).toMatchObject(match)
})
