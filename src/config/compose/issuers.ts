import type { ClaimCondition, IssuerOptions } from '../../issuer/options.ts'
import type { FileIssuer } from '../schema/issuer.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import { reportAuthorities } from './certificates.ts'
import type { Context } from './context.ts'
import { clientId } from './logto-lock.ts'
import { readNamedFile } from './named-file.ts'
import { withoutUndefined } from './without-undefined.ts'

/** Issuers by name. The one under `issuer:` is called `default`. */
export function composeIssuers(context: Context): ReadonlyMap<string, IssuerOptions> {
  const { issuer, issuers = {} } = context.input
  const named = Object.entries(issuers).map(
    ([name, input]) => [name, composeIssuer(input, ['issuers', name], context)] as const,
  )
  const composed = new Map(
    issuer === undefined ? named : [['default', composeIssuer(issuer, ['issuer'], context)], ...named],
  )
  reportSharedNames(composed, context)
  return composed
}

function composeIssuer(input: FileIssuer, at: KeyPath, context: Context): IssuerOptions {
  const { logto, url, jwksFile, jwksUri, algorithms } = input
  if (jwksFile !== undefined) readNamedFile(jwksFile, [...at, 'jwksFile'], context, 'look')
  return {
    issuer: logto === undefined ? (url ?? '') : `${logto}/oidc`,
    isLogto: logto !== undefined,
    ...withoutUndefined({ jwksUri, jwksFile: jwksFile && context.files.resolve(jwksFile), algorithms }),
    ...withoutUndefined({ also: input.also, proxy: input.proxy, tls: composeTls(input, at, context) }),
    ...withoutUndefined({
      accessToken: composeAccessToken(input),
      client: composeClient(input, at, context),
    }),
    ...withoutUndefined({ endpoints: composeEndpoints(input) }),
    tokenTypes: input.tokenTypes,
    claims: { scope: [input.claims.scope].flat(), clientId: input.claims.clientId },
  }
}

/** Where an issuer is written. */
export function issuerPath(name: string, input: Context['input']): KeyPath {
  return input.issuer !== undefined && name === 'default' ? ['issuer'] : ['issuers', name]
}

function composeAccessToken({ accessToken }: FileIssuer): IssuerOptions['accessToken'] {
  if (accessToken?.where === undefined) return undefined
  const where = Object.entries(accessToken.where).map(
    ([claim, value]): ClaimCondition => ({ claim, values: [value].flat() }),
  )
  return { where }
}

/** Both are there, or an issue says why not. An application of the file may be named instead of its id. */
function composeClient(
  { client: { id, secret } = {} }: FileIssuer,
  at: KeyPath,
  context: Context,
): IssuerOptions['client'] {
  if (id === undefined || secret === undefined) return undefined
  return { id: clientId(id, [...at, 'client', 'id'], context), secret }
}

function composeEndpoints(input: FileIssuer): IssuerOptions['endpoints'] {
  const endpoints = withoutUndefined({
    introspection: input.introspectionEndpoint,
    userinfo: input.userinfoEndpoint,
    token: input.tokenEndpoint,
    authorization: input.authorizationEndpoint,
  })
  return Object.keys(endpoints).length > 0 ? endpoints : undefined
}

function composeTls({ tls }: FileIssuer, at: KeyPath, context: Context): IssuerOptions['tls'] {
  if (tls?.ca === undefined) return undefined
  const path = [...at, 'tls', 'ca']
  const ca = readNamedFile(tls.ca, path, context)
  reportAuthorities({ pem: ca, at: path }, context.issues)
  return ca === undefined ? undefined : { ca }
}

/** An `iss` of two issuers would make one user of two, or hold a token against the wrong keys. */
function reportSharedNames(issuers: ReadonlyMap<string, IssuerOptions>, { input, issues }: Context): void {
  const owners = new Map<string, string>()
  for (const [name, { issuer, isLogto, also = [] }] of issuers) {
    const at = issuerPath(name, input)
    const names: [string, KeyPath][] = [
      [issuer, [...at, isLogto ? 'logto' : 'url']],
      ...also.map((iss, i): [string, KeyPath] => [iss, [...at, 'also', i]]),
    ]
    for (const [iss, place] of names) {
      const owner = owners.get(iss)
      if (owner === undefined) owners.set(iss, name)
      else if (iss !== '') issues.error(place, sharedName(owner, name))
    }
  }
}

function sharedName(owner: string, name: string): string {
  return owner === name
    ? 'this issuer has this iss already: take it out here'
    : `the issuer ${owner} has this iss already, and each belongs to one: take it out in one of them`
}
