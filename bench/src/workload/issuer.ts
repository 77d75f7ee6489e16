import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { algorithms, issuerUrl, type TokenSets } from './token-store.ts'

/** Serves metadata and key set of each algorithm's issuer, for peers that fetch them. Keys: `issuerUrl` + `/jwks`. */
export async function startIssuer({ issuerPort, sets }: TokenSets): Promise<Server> {
  const answers = new Map<string, string>()
  for (const algorithm of algorithms) {
    const issuer = issuerUrl(issuerPort, algorithm)
    const { pathname } = new URL(issuer)
    const endpoints = {
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
    }
    const offers = {
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [algorithm],
    }
    answers.set(
      `${pathname}/.well-known/openid-configuration`,
      JSON.stringify({ issuer, ...endpoints, ...offers }),
    )
    answers.set(`${pathname}/jwks`, JSON.stringify(sets[algorithm].signer.jwks))
  }
  const server = createServer(({ url = '' }, response) => {
    const answer = answers.get(url)
    response.writeHead(answer === undefined ? 404 : 200, { 'Content-Type': 'application/json' }).end(answer)
  }).listen(issuerPort, '127.0.0.1')
  await once(server, 'listening')
  return server
}
