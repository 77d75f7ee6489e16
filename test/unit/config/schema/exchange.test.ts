import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import {
  authorization,
  exchangeLimits,
  exchangeOptions,
  exchangeTimeouts,
} from '../../../../src/config/schema/exchange.ts'

describe('the Authorization that an upstream gets', () => {
  test.each([
    ['strip', { kind: 'strip' }],
    ['forward', { kind: 'forward' }],
    ['Basic 0123456789abcdef', { kind: 'fixed', value: 'Basic 0123456789abcdef' }],
  ])('%s', (text, decoded) => {
    expect(v.parse(authorization, text)).toEqual(decoded)
  })

  test.each(['forwrad', 'Basic', 'Basic short', 'Strip', '', 7])('is never %j', (value) => {
    expect(v.safeParse(authorization, value).success).toBe(false)
  })
})

test('an API or a route has no times and limits but those that it writes', () => {
  expect(v.parse(exchangeOptions.timeouts, {})).toEqual({})
  expect(v.parse(exchangeOptions.limits, {})).toEqual({})
  expect(v.parse(v.object({ ...exchangeTimeouts, ...exchangeLimits }), {})).toMatchObject({ idle: 60_000 })
})
