import { readFileSync } from 'node:fs'
import proxy from '@fastify/http-proxy'
import { createVerifier } from 'fast-jwt'
import fastify from 'fastify'
import { readPublicKey } from '../key.ts'
import type { Place } from '../peer.ts'

/**
 * `@fastify/http-proxy` with its documented `preHandler`, in which fast-jwt verifies. Arguments: port,
 * upstream's port, file with the place, `cache` or nothing.
 */
const [placeFile = '', cache] = process.argv.slice(4)
const { port, upstreamPort, ...token } = JSON.parse(readFileSync(placeFile, 'utf8')) as Place
const verify = createVerifier({
  key: readPublicKey(token.jwksFile),
  algorithms: [token.algorithm],
  allowedIss: token.issuer,
  allowedAud: token.resource,
  requiredClaims: ['iss', 'aud', 'exp', 'sub'],
  cache: cache === 'cache' && 20_000,
})

const server = fastify()
await server.register(proxy, {
  upstream: `http://127.0.0.1:${upstreamPort}`,
  websocket: true,
  preHandler(request, reply, done) {
    try {
      verify(/^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '')
      done()
    } catch {
      reply.code(401).header('WWW-Authenticate', 'Bearer error="invalid_token"').send()
    }
  },
})
await server.listen({ port, host: '127.0.0.1' })
