import { createGoPeer } from './go-peer.ts'
import type { Peer } from './peer.ts'

export const oauth2Proxy: Peer = createGoPeer(
  {
    id: 'oauth2-proxy',
    name: 'oauth2-proxy 7.8.1',
    does: 'verifies the signature, issuer, audience and expiry of each request; logs each, as by default',
    algorithms: ['ES384', 'ES256', 'RS256'],
    webSockets: true,
  },
  {
    module: 'github.com/oauth2-proxy/oauth2-proxy/v7',
    version: 'v7.8.1',
    packagePath: '.',
    arguments: async ({ port, upstreamPort, issuer, resource }) => [
      `--http-address=127.0.0.1:${port}`,
      `--upstream=http://127.0.0.1:${upstreamPort}/`,
      '--provider=oidc',
      `--oidc-issuer-url=${issuer}`,
      `--client-id=${resource}`,
      '--client-secret=unused',
      '--cookie-secret=0123456789abcdef0123456789abcdef',
      '--skip-jwt-bearer-tokens=true',
      '--oidc-email-claim=sub',
      '--email-domain=*',
    ],
  },
)
