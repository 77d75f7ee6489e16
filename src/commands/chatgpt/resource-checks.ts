import { metadataPlace } from '../../config/protected-resources.ts'
import { bearerChallenge } from './bearer-challenge.ts'
import { CheckFault } from './check-fault.ts'
import { type Check, check } from './checklist.ts'
import type { Exchange } from './exchange.ts'
import { membersOf, short, textsIn } from './json-members.ts'
import { runsAnotherFile } from './mends.ts'
import { publicUrlOf, reachedAt } from './published-urls.ts'
import type { Subject } from './visit.ts'

const wellKnown = '/.well-known/oauth-protected-resource'

/** Where a client looks for the metadata of a resource (RFC 9728 section 3.1). */
export function metadataUrlOf(resource: string, publicUrl: string | undefined): string | undefined {
  const place = metadataPlace(resource, publicUrl)
  return typeof place === 'string' ? undefined : place.metadataUrl
}

export const resourceIsHere: Check = check(
  'The resource is an address of this gateway',
  [],
  ({ subject }) => {
    const { resource, api } = subject.chatgpt
    const publicUrl = publicUrlOf(subject)
    const metadataUrl = metadataUrlOf(resource, publicUrl)
    if (metadataUrl !== undefined) return { note: resource, found: { metadataUrl } }
    throw new CheckFault(
      `apis.${api}.resource is ${resource}, and publicUrl ${publicUrl}: MCP clients want the address that they call`,
      'make both of one origin; the identifier at Logto must be the same, to the last slash',
    )
  },
)

export const challengeLeadsToMetadata: Check = check(
  'The challenge names the metadata of the resource',
  ['refusal', 'metadataUrl'],
  ({ subject }, { refusal, metadataUrl: expected }) => {
    const challenge = bearerChallenge(refusal)
    const url = challenge?.get('resource_metadata')
    const scope = challenge?.get('scope')
    const offered = scope?.split(' ').filter((word) => word !== '') ?? []
    if (url === expected)
      return {
        note: scope === undefined ? url : `${url}, scope="${scope}"`,
        ...(offered.length > 0 && { found: { offered } }),
      }
    throw new CheckFault(
      `resource_metadata is ${short(url)}, not ${expected}`,
      `apis.${subject.chatgpt.api}.metadata must not be false; ${runsAnotherFile}`,
      refusal,
    )
  },
)

export const metadataInPathForm: Check = check(
  'The metadata stands where clients look for it',
  ['refusal', 'metadataUrl'],
  async ({ subject, askGateway }, { offered, metadataUrl: url }) => {
    const exchange = await askGateway({ method: 'GET', url: reachedAt(url, subject) })
    const members = exchange.status === 200 ? membersOf(exchange) : undefined
    if (members === undefined)
      throw new CheckFault(
        `${url}: ${exchange.status} and no metadata`,
        `route this path to the gateway; ${runsAnotherFile}`,
        exchange,
      )
    requireOwn(members, exchange, subject)
    const scopes = offered ?? textsIn(members['scopes_supported'])
    return { note: url, ...(scopes.length > 0 && { found: { offered: scopes } }) }
  },
)

/** RFC 9728 section 3.3, and what MCP clients compare. */
function requireOwn(
  members: Readonly<Record<string, unknown>>,
  exchange: Exchange,
  { chatgpt, issuer }: Subject,
): void {
  if (members['resource'] !== chatgpt.resource)
    throw new CheckFault(
      `it is the metadata of ${short(members['resource'])}, not of ${chatgpt.resource}`,
      `${runsAnotherFile}; a proxy in front must not answer for it`,
      exchange,
    )
  const servers = members['authorization_servers']
  if (!Array.isArray(servers) || servers[0] !== issuer.issuer)
    throw new CheckFault(
      `authorization_servers is ${short(servers)}, not ${issuer.issuer}, to the last byte`,
      `${runsAnotherFile}; issuer.logto is the address that Logto gives itself`,
      exchange,
    )
}

export const metadataInRootForm: Check = check(
  'The root form speaks for no other resource',
  ['refusal', 'metadataUrl'],
  async ({ subject, askGateway }) => {
    const url = `${new URL(subject.chatgpt.resource).origin}${wellKnown}`
    const exchange = await askGateway({ method: 'GET', url: reachedAt(url, subject) })
    const members = exchange.status === 200 ? membersOf(exchange) : undefined
    if (members === undefined) return { note: `${exchange.status}, which is right for one path of a host` }
    const { resource } = members
    if (resource === subject.chatgpt.resource || isRoot(resource, url))
      return { note: `of ${short(resource)}` }
    throw new CheckFault(
      `${url} is the metadata of ${short(resource)}`,
      'it must be of a resource without path, or not be there: clients would take it for the whole host',
      exchange,
    )
  },
)

function isRoot(resource: unknown, url: string): boolean {
  const { origin } = new URL(url)
  return resource === origin || resource === `${origin}/`
}
