import { expect, test } from 'vitest'
import { clientAuthorization } from '../../../src/issuer/client-credentials.ts'

test('id and secret are encoded as in a form before they are joined (RFC 6749 section 2.3.1)', () => {
  const [scheme, value = ''] = clientAuthorization({ id: 'a:b', secret: 'ö +%' }).split(' ')
  expect([scheme, atob(value)]).toEqual(['Basic', 'a%3Ab:%C3%B6+%2B%25'])
})
