import { expect, test } from 'vitest'
import { reasonOf } from '../../../src/issuer/fetch-reason.ts'

const fault = (message: string, code?: string) => Object.assign(new Error(message), code && { code })

test.each([
  [
    fault('write EPROTO 0A00010B:SSL routines:ssl3_get_record:wrong version number', 'EPROTO'),
    'speaks plain http',
  ],
  [
    fault('0A0000C6:SSL routines::packet length too long', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'),
    'speaks plain http',
  ],
  [fault('Parse Error: Expected HTTP/', 'HPE_INVALID_CONSTANT'), 'write https://'],
  [fault('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'), 'issuer.tls.ca'],
  [fault('unable to get local issuer certificate', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'issuer.tls.ca'],
  [fault('Hostname does not match', 'ERR_TLS_CERT_ALTNAME_INVALID'), 'for another name'],
  [fault('certificate has expired', 'CERT_HAS_EXPIRED'), 'has expired'],
  [fault('connect ECONNREFUSED 127.0.0.1:9', 'ECONNREFUSED'), 'connect ECONNREFUSED 127.0.0.1:9'],
  [fault('', 'ECONNREFUSED'), 'ECONNREFUSED'],
  ['text', 'unknown'],
])('%s is told as: %s', (error, words) => {
  expect(reasonOf(error)).toContain(words)
})
