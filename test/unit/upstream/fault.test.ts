import { describe, expect, it } from 'vitest'
import { faultCause, faultDetail, upstreamCode, wasRefused, wasReset } from '../../../src/upstream/fault.ts'

const fault = (code: string, message = `connect ${code} 10.1.2.3:3000`) =>
  Object.assign(new Error(message), { code })

/** A name with several addresses fails with all of them. */
const several = (...codes: string[]) => new AggregateError(codes.map((code) => fault(code)))
const ofParser = Object.assign(new Error('Invalid character'), { name: 'HTTPParserError' })
const unasked = (status: number) => fault('UND_ERR_SOCKET', `bad ${status === 100 ? 'response' : 'upgrade'}`)

describe('the code of a fault', () => {
  it.each([
    fault('UND_ERR_HEADERS_OVERFLOW'),
    fault('UND_ERR_RES_CONTENT_LENGTH_MISMATCH'),
    fault('HPE_INVALID_CONSTANT'),
    ofParser,
    unasked(100),
    unasked(101),
  ])('is upstream_protocol for bytes that are no HTTP: %s', (error) => {
    expect(upstreamCode(error)).toBe('upstream_protocol')
    expect(faultDetail(error)).toBe('The upstream sent an answer that is not well-formed HTTP/1.1')
  })

  it.each([
    fault('ECONNREFUSED'),
    fault('UND_ERR_SOCKET', 'other side closed'),
    several('ECONNREFUSED'),
    new Error('who knows'),
  ])('is upstream_unreachable for everything else: %s', (error) => {
    expect(upstreamCode(error)).toBe('upstream_unreachable')
  })
})

describe('the reason', () => {
  it.each([
    ['ECONNREFUSED', 'nothing listens at its address'],
    ['ENOTFOUND', 'check the host in upstream'],
    ['EAI_AGAIN', 'check the DNS server'],
    ['EHOSTUNREACH', 'no route leads to its address'],
    ['ETIMEDOUT', 'timeouts.connect'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeouts.connect'],
    ['EMFILE', 'ulimit -n'],
    ['EADDRNOTAVAIL', 'no local ports left'],
    ['ECONNRESET', 'closed the connection without an answer'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'upstream.tls.servername'],
    ['CERT_HAS_EXPIRED', 'has expired'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'upstream.tls.ca'],
    ['EPROTO', 'does not speak TLS at this port'],
    ['ESOMETHING', 'check that it runs and that its address is right'],
  ])('of %s says what to do: %s', (code, words) => {
    expect(faultDetail(fault(code))).toMatch(/^The upstream cannot be reached: /)
    expect(faultDetail(fault(code))).toContain(words)
    expect(faultCause(fault(code))).toContain(words)
  })

  it('is that a port speaks no TLS, whatever code the TLS library gives', () => {
    for (const words of ['ssl3_get_record:wrong version number', 'packet length too long'])
      expect(faultDetail(fault('ERR_SSL_X', words))).toContain('check http and https in upstream')
  })

  it('of a name with several addresses is that of the first', () => {
    expect(faultDetail(several('ENETUNREACH', 'ECONNREFUSED'))).toContain('no route leads to its address')
    expect(faultDetail(new AggregateError([]))).toContain('check that it runs')
  })

  it('tells the client no address, and the operator the words of the error', () => {
    expect(faultDetail(fault('ECONNREFUSED'))).not.toMatch(/10\.1\.2\.3|3000/)
    expect(faultCause(fault('ECONNREFUSED'))).toMatch(/ \(connect ECONNREFUSED 10\.1\.2\.3:3000\)$/)
  })

  it('tells the operator something of an error without words, and not too much of one with many', () => {
    expect(faultCause(several('ECONNREFUSED'))).toMatch(/ \(ECONNREFUSED\)$/)
    expect(faultCause(new TypeError())).toMatch(/ \(TypeError\)$/)
    expect(faultCause(fault('EPIPE', 'x'.repeat(1000)))).toMatch(/ \(x{200}\)$/)
  })
})

describe('nothing of a request was sent', () => {
  it('where the connection was refused, at all addresses', () => {
    expect(wasRefused(fault('ECONNREFUSED'))).toBe(true)
    expect(wasRefused(several('ECONNREFUSED', 'ECONNREFUSED'))).toBe(true)
    expect(wasRefused(fault('ECONNRESET'))).toBe(false)
    expect(wasRefused(new Error('ECONNREFUSED'))).toBe(false)
  })
})

describe('a connection broke without a byte of a response', () => {
  it.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])('with %s', (code) => {
    expect(wasReset(fault(code))).toBe(true)
  })

  it('but not where one had come that nobody asked for, nor where there was no connection', () => {
    expect(wasReset(unasked(100))).toBe(false)
    expect(wasReset(unasked(101))).toBe(false)
    expect(wasReset(fault('ECONNREFUSED'))).toBe(false)
    expect(wasReset(new Error())).toBe(false)
  })
})
