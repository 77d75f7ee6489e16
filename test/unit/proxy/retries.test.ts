import { describe, expect, it } from 'vitest'
import type { Exchange } from '../../../src/proxy/exchange.ts'
import { Retries } from '../../../src/proxy/retries.ts'

const fault = (code: string) => Object.assign(new Error(code), { code })

/** The retries of a request to an upstream with so many origins. */
function retriesOf({ method = 'GET', contentLength = 0, origins = 1 } = {}): Retries {
  const head = { method, contentLength, chunked: false }
  const options = { origins: Array.from({ length: origins }, (_, i) => `http://upstream${i}.test`) }
  // As much of an exchange as is asked here.
  return new Retries({ asked: { head }, plan: { upstream: { options } } } as unknown as Exchange)
}

describe('a request whose connection was refused', () => {
  it('is tried at each other origin, whatever its method', () => {
    const retries = retriesOf({ method: 'POST', origins: 3 })
    const allowed = [1, 2, 3].map(() => retries.allowAfter(fault('ECONNREFUSED')))
    expect(allowed).toEqual([true, true, false])
  })

  it('is not tried again at the only origin', () => {
    expect(retriesOf().allowAfter(fault('ECONNREFUSED'))).toBe(false)
  })
})

describe('a request whose connection was reset', () => {
  it.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])('is tried once more with %s', (method) => {
    const retries = retriesOf({ method })
    expect(retries.allowAfter(fault('ECONNRESET'))).toBe(true)
    expect(retries.allowAfter(fault('ECONNRESET'))).toBe(false)
  })

  it.each(['POST', 'PATCH', 'PURGE', 'get'])('is not tried again with %s', (method) => {
    expect(retriesOf({ method }).allowAfter(fault('ECONNRESET'))).toBe(false)
  })

  it('may still be tried elsewhere when the next origin refuses', () => {
    const retries = retriesOf({ origins: 2 })
    expect(retries.allowAfter(fault('UND_ERR_SOCKET'))).toBe(true)
    expect(retries.allowAfter(fault('ECONNREFUSED'))).toBe(true)
    expect(retries.allowAfter(fault('ECONNREFUSED'))).toBe(false)
  })
})

describe('a request is never tried again', () => {
  it('with a body, of which some may have gone', () => {
    const retries = retriesOf({ method: 'PUT', contentLength: 5, origins: 3 })
    expect(retries.allowAfter(fault('ECONNREFUSED'))).toBe(false)
    expect(retries.allowAfter(fault('ECONNRESET'))).toBe(false)
  })

  it.each(['UND_ERR_CONNECT_TIMEOUT', 'ENOTFOUND', 'HPE_INVALID_CONSTANT'])('after %s', (code) => {
    expect(retriesOf({ origins: 3 }).allowAfter(fault(code))).toBe(false)
  })
})
