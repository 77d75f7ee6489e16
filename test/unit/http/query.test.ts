import { describe, expect, it } from 'vitest'
import { queryHoldsToken, queryOverridesMethod } from '../../../src/http/query.ts'

describe('_method in the query of a POST', () => {
  it.each([
    '_method=DELETE',
    'a=1&_method=put',
    '%5fmethod=DELETE',
    '_%6d%65thod=X',
    'a;_method=GET',
    '_method',
    '.method=PUT',
    '+method=PUT',
    '_METHOD=PUT',
  ])('%s names another method', (query) => {
    expect(queryOverridesMethod('POST', query)).toBe(true)
  })

  it.each([
    '',
    '_method=POST',
    '_method=%70ost',
    'method=PUT',
    'my_method=PUT',
    'a=_method=PUT',
    '_methods=PUT',
  ])('%j does not', (query) => {
    expect(queryOverridesMethod('POST', query)).toBe(false)
  })

  it('means nothing to other methods', () => {
    expect(queryOverridesMethod('GET', '_method=DELETE')).toBe(false)
  })
})

describe('access_token in the query', () => {
  it.each(['access_token=x', 'a=1&access_token', 'access%5Ftoken=x', '%61ccess_token=x', 'a;access_token=x'])(
    '%s is found',
    (query) => {
      expect(queryHoldsToken(query)).toBe(true)
    },
  )

  it.each(['', 'a=access_token', 'xaccess_token=1', 'access_tokens=1', '%zz=access_token'])(
    '%j holds none',
    (query) => {
      expect(queryHoldsToken(query)).toBe(false)
    },
  )
})
