import { expect, test } from 'vitest'
import { formOf, type TokenForm } from '../../../src/token/form.ts'

/** With a Logto issuer, and with another one. */
const cases: [string, TokenForm, TokenForm][] = [
  ['eyJh.eyJi.c2ln', 'jwt', 'jwt'],
  ['eyJh.eyJi.', 'jwt', 'jwt'],
  ['a.b.c.d.e', 'encrypted', 'encrypted'],
  ['l8m_c7u_CtrTe5RoPxr_f2AK1ZAAMee3jcUGaKi8bFZ', 'opaque', 'opaque'],
  ['eyJh.eyJi', 'malformed', 'malformed'],
  ['eyJh.eyJi.c2ln.', 'malformed', 'malformed'],
  ['eyJh.eyJi.c2ln==', 'malformed', 'malformed'],
  ['eyJh.eyJi.c2l+', 'malformed', 'malformed'],
  ['.eyJi.c2ln', 'malformed', 'opaque'],
  ['abc.def', 'malformed', 'opaque'],
  ['a.b.c.d.e.f', 'malformed', 'opaque'],
]

test.each(cases)('%s is %s for Logto, %s for another issuer', (text, forLogto, forAnother) => {
  expect([formOf(text, true), formOf(text, false)]).toEqual([forLogto, forAnother])
})

test.each(['eyJh.eyJi.c', 'eyJh.eyJi.cd', 'eyJh.eyJi.ccd', 'eyJh.eyJh.c2m1c'])(
  'one byte sequence has one spelling: %s is no JWT',
  (text) => expect(formOf(text, true)).toBe('malformed'),
)
