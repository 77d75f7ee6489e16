import { expect, test } from 'vitest'
import { printableUrl } from '../../../src/issuer/printable-url.ts'

test.each([
  ['https://auth.example.com/oidc/jwks', 'https://auth.example.com/oidc/jwks'],
  ['https://user:secret@auth.example.com:8443/jwks', 'https://auth.example.com:8443/jwks'],
  ['https://auth.example.com/jwks?key=secret', 'https://auth.example.com/jwks?...'],
  ['https://auth.example.com/jwks#secret', 'https://auth.example.com/jwks'],
  ['secret', 'a URL that cannot be read'],
])('%s is printed as %s', (url, printed) => {
  expect(printableUrl(url)).toBe(printed)
})
