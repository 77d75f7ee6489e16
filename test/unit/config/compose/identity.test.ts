import { describe, expect, test } from 'vitest'
import { configOf, fileWith, problemsOf } from '../../../support/config.ts'

describe('identity headers', () => {
  test('are the common ones, or those of the API', () => {
    expect(configOf(fileWith()).apis[0]?.identityHeaders).toContainEqual({
      header: 'X-User-Id',
      claim: 'sub',
    })
    const own = configOf(fileWith({ api: 'identity: { headers: { X-Mail: email } }' }))
    expect(own.apis[0]?.identityHeaders).toEqual([{ header: 'X-Mail', claim: 'email' }])
  })

  test.each([
    'Host',
    'content-length',
    'X_Forwarded_For',
    'Sec-Fetch-Mode',
    'Connection',
    'proxy.connection',
  ])('never have the name %s', (header) => {
    expect(problemsOf(fileWith({ top: `identity: { headers: { "${header}": sub } }` }))).toEqual([
      `identity.headers.${header}: this header frames, routes or authorizes requests: choose another`,
    ])
  })

  test.each(['X-Forwarded-User', 'X-Forwarded-Email', 'Remote-User'])('may have the name %s', (header) => {
    expect(problemsOf(fileWith({ top: `identity: { headers: { ${header}: sub } }` }))).toEqual([])
  })

  test('that an upstream may take for one another are refused', () => {
    expect(problemsOf(fileWith({ top: 'identity: { headers: { X-User: sub, X_User: email } }' }))).toEqual([
      'identity.headers.X_User: an upstream may take this header for X-User: keep one of them',
    ])
  })

  test('are never kept from a client, and none is both kept and stripped', () => {
    const top = 'identity: { keep: [x_user_id, X-Real-IP], strip: [X-Real-IP] }'
    expect(problemsOf(fileWith({ top }))).toEqual([
      'identity.keep.0: an identity header can never come from a client: take it out',
      'identity.keep.1: this header stands under strip too: keep it in one of the two',
    ])
  })
})
