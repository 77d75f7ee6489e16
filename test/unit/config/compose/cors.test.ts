import { expect, test } from 'vitest'
import { composeCors } from '../../../../src/config/compose/cors.ts'

test('the age of a preflight is in whole seconds, and what is not written is not there', () => {
  const written = { origins: ['https://app.test'], credentials: false }
  expect(composeCors({ ...written, maxAge: 1999 })).toEqual({
    ...written,
    exposeHeaders: [],
    maxAgeSeconds: 1,
  })
  expect(Object.keys(composeCors(written))).toEqual(['origins', 'exposeHeaders', 'credentials'])
})
