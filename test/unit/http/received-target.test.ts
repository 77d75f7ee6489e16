import { describe, expect, test } from 'vitest'
import { receiveTarget } from '../../../src/http/received-target.ts'
import { type RequestHead, readRequestHead } from '../../../src/http/request-head.ts'

function headOf(method: string): RequestHead {
  const head = readRequestHead(method, '1.1', ['Host', 'a.test'], { headerCount: 100 })
  if ('code' in head) throw new Error(head.detail)
  return head
}

const receive = (raw: string, method = 'GET', limitBytes = 100) =>
  receiveTarget(raw, headOf(method), limitBytes)

describe('a target', () => {
  test('that has one reading is received, and a token in its query is noticed', () => {
    expect(receive('/a?b=c')).toEqual({
      path: '/a',
      query: 'b=c',
      irregularities: 0,
      plain: true,
    })
    expect(receive('/a')).not.toHaveProperty('queryHoldsToken')
    expect(receive('/a?access_token=x')).toMatchObject({ queryHoldsToken: true })
  })

  test('that is too long is not read at all', () => {
    expect(receive('/..', 'GET', 2)).toEqual({
      code: 'target_too_long',
      detail: 'The request target is longer than 2B (limits.targetBytes)',
      path: undefined,
    })
    expect(receive('/ab', 'GET', 3)).toMatchObject({ path: '/ab' })
  })

  test('that has several readings is refused', () => {
    expect(receive('/a/../b')).toMatchObject({ code: 'ambiguous_target', path: undefined })
  })

  test('that asks for another method in its query is refused, and its path is known', () => {
    expect(receive('/a?_method=DELETE', 'POST')).toMatchObject({ code: 'method_override', path: '/a' })
    expect(receive('/a?_method=DELETE', 'GET')).not.toHaveProperty('code')
  })
})
