import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../machine/subject.ts'
import { createGoPeer } from './go-peer.ts'
import type { Peer, Place } from './peer.ts'

export const oathkeeper: Peer = createGoPeer(
  {
    id: 'oathkeeper',
    name: 'Oathkeeper 0.40.9',
    does: 'verifies the signature, issuer, audience and expiry of each request; logs each, as by default',
    algorithms: ['ES384', 'ES256', 'RS256'],
    webSockets: true,
  },
  {
    module: 'github.com/ory/oathkeeper',
    version: 'v0.40.9',
    packagePath: '.',
    async arguments(place) {
      const [file, rulesFile] = [join(place.folder, 'oathkeeper.json'), join(place.folder, 'rules.json')]
      await writeFile(rulesFile, JSON.stringify([rule(place)]))
      await writeFile(file, JSON.stringify(await config(place, rulesFile)))
      return ['serve', '--config', file]
    },
    env: { SQA_OPT_OUT: 'true' }, // It would report its use to its makers.
  },
)

const rule = ({ upstreamPort }: Place) => ({
  id: 'api',
  upstream: { url: `http://127.0.0.1:${upstreamPort}` },
  match: { url: '<.*>', methods: ['GET', 'POST', 'PUT', 'DELETE'] },
  authenticators: [{ handler: 'jwt' }],
  authorizer: { handler: 'allow' },
  mutators: [{ handler: 'noop' }],
})

async function config(place: Place, rulesFile: string): Promise<object> {
  const timeout = { read: '1h', write: '1h', idle: '1h' }
  const host = '127.0.0.1'
  return {
    serve: {
      proxy: { host, port: place.port, timeout },
      api: { host, port: await freePort() },
      prometheus: { host, port: await freePort() },
    },
    access_rules: { repositories: [`file://${rulesFile}`] },
    authenticators: {
      jwt: {
        enabled: true,
        config: {
          jwks_urls: [`file://${place.jwksFile}`],
          trusted_issuers: [place.issuer],
          target_audience: [place.resource],
          allowed_algorithms: [place.algorithm],
        },
      },
    },
    authorizers: { allow: { enabled: true } },
    mutators: { noop: { enabled: true } },
  }
}
