import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram, installPackage, versionOf } from './install.ts'
import { readPublicKey } from './key.ts'
import { type Peer, type Place, startPinned } from './peer.ts'

let name = 'HAProxy, jwt_verify'

export const haproxy: Peer = {
  id: 'haproxy',
  get name() {
    return name
  },
  does: 'verifies the signature, issuer, audience and expiry of each request; no log',
  algorithms: ['ES384', 'ES256', 'RS256'],
  webSockets: true,
  async prepare(say) {
    const problem = await installPackage('haproxy', '/usr/sbin/haproxy', say)
    if (problem === undefined) name = `HAProxy ${await versionOf(program(), '-v')}, jwt_verify`
    return problem
  },
  async start(place) {
    const [file, keyFile] = [join(place.folder, 'haproxy.cfg'), join(place.folder, 'key.pem')]
    await writeFile(keyFile, readPublicKey(place.jwksFile))
    await writeFile(file, config(place, keyFile))
    return startPinned(place, program(), ['-db', '-f', file])
  },
}

const program = () => findProgram('haproxy') ?? 'haproxy'

/**
 * As its makers' guide to JSON web tokens has it: claims into variables, one rule each, the signature last.
 */
const config = ({ port, upstreamPort, algorithm, issuer, resource }: Place, keyFile: string) => `
global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
frontend gateway
  bind 127.0.0.1:${port}
  http-request deny deny_status 401 unless { req.hdr(authorization) -m beg -i "Bearer " }
  http-request set-var(txn.bearer) http_auth_bearer
  http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('$.alg')
  http-request set-var(txn.iss) var(txn.bearer),jwt_payload_query('$.iss')
  http-request set-var(txn.aud) var(txn.bearer),jwt_payload_query('$.aud')
  http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('$.exp','int')
  http-request set-var(txn.now) date()
  http-request deny deny_status 401 unless { var(txn.alg) -m str ${algorithm} }
  http-request deny deny_status 401 unless { var(txn.iss) -m str ${issuer} }
  http-request deny deny_status 401 unless { var(txn.aud) -m str ${resource} }
  http-request deny deny_status 401 unless { var(txn.exp),sub(txn.now) -m int gt 0 }
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_verify(txn.alg,"${keyFile}") -m int 1 }
  default_backend api
backend api
  http-reuse always
  server api 127.0.0.1:${upstreamPort}
`
