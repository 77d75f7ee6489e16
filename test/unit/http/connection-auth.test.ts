import { describe, expect, test } from 'vitest'
import { signsConnectionIn, withoutConnectionAuth } from '../../../src/http/connection-auth.ts'

test.each([
  'NTLM',
  'ntlm TlRMTVNTUAAB',
  'Negotiate YII=',
  'NEGOTIATE',
  'Kerberos x',
  'Nego2 x',
  'NegoEx',
  'NTLM,x',
  'Negotiate\tx',
])('%j signs a connection in', (credentials) => {
  expect(signsConnectionIn(credentials)).toBe(true)
})

test.each([
  '',
  'Bearer ntlm',
  'Basic TlRMTVNTUAAB',
  'NTLM-SSP x',
  'NTLMv2 x',
  'Negotiate-2 x',
  'Kerberos5',
  'x NTLM',
  'Digest realm="NTLM"',
])('%j does not', (credentials) => {
  expect(signsConnectionIn(credentials)).toBe(false)
})

describe('a challenge of such a scheme is taken out', () => {
  test.each([
    ['NTLM', undefined],
    ['Negotiate, NTLM', undefined],
    ['Negotiate oYG2MIGzoAMKAQE=', undefined],
    ['Negotiate realm="a, b", x = "c"', undefined],
    ['Negotiate, NTLM, Basic realm="x, NTLM"', 'Basic realm="x, NTLM"'],
    ['Basic realm="x", Negotiate', 'Basic realm="x"'],
    [
      'Basic realm="x", charset="UTF-8", NTLM, Bearer realm="y"',
      'Basic realm="x", charset="UTF-8", Bearer realm="y"',
    ],
    ['Digest realm="x" , nonce  =  "y",Kerberos,qop="auth"', 'Digest realm="x", nonce  =  "y"'],
  ])('%j leaves %j', (value, left) => {
    expect(withoutConnectionAuth(value)).toBe(left)
  })

  test.each([
    'Basic realm="NTLM"',
    'Bearer  realm="negotiate",  scope="a"',
    'Basic  realm="x" ,ntlm="1"',
    '',
  ])('%j stays, byte for byte', (value) => {
    expect(withoutConnectionAuth(value)).toBe(value)
  })
})
