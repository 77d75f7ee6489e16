import { expect, it } from 'vitest'
import { foldName, isHopByHop } from '../../../src/http/field-name.ts'

it('folding lower-cases and takes everything but letters and digits as a dash', () => {
  expect(foldName('X_User.Id*9')).toBe('x-user-id-9')
})

it.each(['Connection', 'KEEP-ALIVE', 'te', 'Trailer', 'Transfer-Encoding', 'Upgrade', 'Proxy-Connection'])(
  '%s is hop-by-hop',
  (name) => {
    expect(isHopByHop(name)).toBe(true)
  },
)

it.each(['Content-Length', 'Via', 'Set-Cookie', 'WWW-Authenticate', 'transfer_encoding'])(
  '%s is not',
  (name) => {
    expect(isHopByHop(name)).toBe(false)
  },
)
