import { CheckFault } from './check-fault.ts'
import { type Check, check } from './checklist.ts'
import type { Exchange } from './exchange.ts'
import { membersOf, short } from './json-members.ts'
import { facadeEndpoints, serverEndpoints } from './published-urls.ts'
import type { OAuthEndpoints, ServerMetadata, Subject, Visit } from './visit.ts'

export const serverAnswers: Check = check('The authorization server answers', [], async (visit) => {
  const { issuer } = visit.subject
  const { issuer: iss } = issuer
  const url = `${iss.replace(/\/$/, '')}/.well-known/openid-configuration`
  const server = await fetchMetadata(visit, url)
  const names = [iss, ...(issuer.also ?? [])]
  if (!names.includes(String(server.members['issuer'])))
    throw new CheckFault(
      `${url} names the issuer ${short(server.members['issuer'])}, and the gateway accepts ${names.join(', ')}`,
      'write that value into issuer.also, or correct ENDPOINT at Logto',
      server.exchange,
    )
  return { note: iss, found: { server, endpoints: endpointsOf(visit.subject, server) } }
})

/** Throws a `CheckFault` where there is no document. */
async function fetchMetadata({ askServer }: Visit, url: string): Promise<ServerMetadata> {
  const exchange = await askServer({ method: 'GET', url })
  const members = exchange.status === 200 ? membersOf(exchange) : undefined
  if (members !== undefined) return { exchange, members }
  throw new CheckFault(
    `${url} has no discovery document`,
    'issuer.logto must be the address of Logto: see whether it runs there',
    exchange,
  )
}

/** ChatGPT itself speaks MCP to the authorization server alone, and never to the facade. */
function endpointsOf(subject: Subject, server: ServerMetadata): OAuthEndpoints {
  if (subject.surface === 'actions' && subject.chatgpt.facade !== undefined)
    return facadeEndpoints(subject.base)
  const configured = subject.surface === 'actions' ? serverEndpoints(subject.issuer) : {}
  return {
    authorization: configured.authorization ?? urlIn(server, 'authorization_endpoint'),
    token: configured.token ?? urlIn(server, 'token_endpoint'),
  }
}

function urlIn({ members, exchange }: ServerMetadata, name: string): string {
  const url = members[name]
  if (typeof url === 'string' && /^https?:\/\//i.test(url) && URL.canParse(url)) return url
  throw new CheckFault(
    `the discovery document has no ${name}: ${short(url)}`,
    `set issuer.${name.replace('_e', 'E')}, or correct the authorization server`,
    exchange,
  )
}

/** The document as an MCP client looks for it, in that order (MCP, authorization). */
export const serverMetadataPlaces: Check = check(
  'Metadata of the authorization server stands at one of three places',
  ['server'],
  async ({ subject, askServer }) => {
    const { issuer: iss } = subject.issuer
    const found: string[] = []
    for (const url of placesOf(iss)) {
      const exchange = await askServer({ method: 'GET', url })
      const members = exchange.status === 200 ? membersOf(exchange) : undefined
      if (members === undefined) continue
      requireIssuer(members['issuer'], iss, url, exchange)
      found.push(url)
    }
    const [first] = found
    if (first !== undefined) return { note: found.join(', ') }
    throw new CheckFault('at none of them', 'correct issuer.logto, or the issuer of the authorization server')
  },
)

function placesOf(iss: string): string[] {
  const { origin, pathname } = new URL(iss)
  const path = pathname === '/' ? '' : pathname.replace(/\/$/, '')
  const all = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]
  return [...new Set(all)]
}

function requireIssuer(named: unknown, iss: string, url: string, exchange: Exchange): void {
  if (named === iss) return
  throw new CheckFault(
    `${url} names the issuer ${short(named)}, not ${iss}: MCP clients compare byte for byte`,
    'correct ENDPOINT at Logto, or issuer.logto: both must be the same address',
    exchange,
  )
}

export const pkceIsOffered: Check = check('PKCE with S256 is offered', ['server'], (_, { server }) => {
  const methods = server.members['code_challenge_methods_supported']
  if (Array.isArray(methods) && methods.includes('S256')) return { note: 'S256' }
  throw new CheckFault(
    `code_challenge_methods_supported is ${short(methods)}: MCP clients refuse such a server`,
    'have the authorization server announce S256',
    server.exchange,
  )
})

export const clientIsKnown: Check = check(
  'ChatGPT has a client to be',
  ['server'],
  ({ subject: { client, issuer } }, { server: { members } }) => {
    const ways = [
      `the static client ${client.id}`,
      members['client_id_metadata_document_supported'] === true
        ? 'client id metadata documents'
        : 'no client id metadata documents',
      typeof members['registration_endpoint'] === 'string'
        ? 'dynamic registration'
        : `no dynamic registration${issuer.isLogto ? ', which Logto does not have' : ''}`,
    ]
    return { note: ways.join('; ') }
  },
)
