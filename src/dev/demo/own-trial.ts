import type { Config } from '../../config/config.ts'
import { type ExampleRequest, readsOf, refusedFor, scopesNamed } from '../../config/example-request.ts'
import type { User } from '../logto/data.ts'
import type { StandInLogto } from '../logto/stand-in-logto.ts'
import { type Observed, send } from './observed.ts'
import { tokenLifetimeSeconds } from './own-data.ts'

/** Two access tokens for somebody's own routes, and a request with each. */
export type OwnTrial = {
  /** Every scope that the routes name. */
  readonly scopes: readonly string[]
  /** Alice's, with every scope. */
  readonly token: string
  /** Bob's, with the first scope alone, or with none when there are no two. */
  readonly firstToken: string
  readonly firstScope: string | undefined
  /** Made with `token`. Undefined when no route needs a token to be read. */
  readonly read: TriedExample | undefined
  /** Made with `firstToken`. Undefined when no route needs a scope that it lacks. */
  readonly refused: TriedExample | undefined
  readonly upstreams: readonly string[]
}

/** `observed` is undefined when there was no response. */
export type TriedExample = ExampleRequest & { readonly observed: Observed | undefined }

/** Requests to the API are reads only. Anything else is a request that the gateway refuses. */
export async function tryOwnApi(config: Config, logto: StandInLogto, gateway: string): Promise<OwnTrial> {
  const scopes = scopesNamed(config.apis)
  const firstScope = scopes.length > 1 ? scopes[0] : undefined
  const [alice, bob] = logto.data.users
  const token = await mint(logto, config, alice, scopes)
  const firstToken = await mint(logto, config, bob, firstScope === undefined ? [] : [firstScope])
  const read = await tryReads(gateway, readsOf(config), token)
  const refusable = refusedFor(firstScope, config, read)
  const refused = refusable && (await tryExample(gateway, refusable, firstToken))
  return { scopes, token, firstToken, firstScope, read, refused, upstreams: upstreamsOf(config) }
}

/** The gateway let the one request through and refused the other. */
export function isAsExpected({ read, refused }: OwnTrial): boolean {
  const passed = read === undefined || isFromApi(read.observed)
  return passed && (refused === undefined || refused.observed?.status === 403)
}

/** A response of the gateway's own is a problem whose type is its own. */
export function isFromApi(observed: Observed | undefined): boolean {
  return observed !== undefined && !String(observed.body['type']).startsWith('urn:scopegate:')
}

/** Not every path that a rule names is there, so a few are tried. The first with a 2xx is the one to show. */
async function tryReads(
  gateway: string,
  candidates: readonly ExampleRequest[],
  token: string,
): Promise<TriedExample | undefined> {
  let shown: TriedExample | undefined
  for (const candidate of candidates.slice(0, mostReads)) {
    const tried = await tryExample(gateway, candidate, token)
    shown ??= tried
    if (tried.observed !== undefined && tried.observed.status < 300) return tried
  }
  return shown
}

const mostReads = 5

async function tryExample(gateway: string, example: ExampleRequest, token: string): Promise<TriedExample> {
  const { method, path, host } = example
  const headers = host === undefined ? undefined : { host }
  const observed = await send(gateway, { method, path, token, headers }).catch(() => undefined)
  return { ...example, observed }
}

/** For every API of the file at once, although Logto issues each token for one. */
function mint(
  logto: StandInLogto,
  config: Config,
  user: User | undefined,
  scopes: readonly string[],
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const resources = [...new Set(config.apis.map(({ resource }) => resource))]
  return logto.mint({
    jti: `demo-${now}`,
    sub: user?.id,
    scope: scopes.join(' '),
    client_id: 'chatgpt',
    iss: logto.issuer,
    aud: resources.length === 1 ? resources[0] : resources,
    iat: now,
    exp: now + tokenLifetimeSeconds(config),
  })
}

function upstreamsOf({ apis }: Config): string[] {
  const routes = apis.flatMap(({ paths }) => paths.flatMap(({ methods }) => [...methods.values()]))
  return [...new Set(routes.flatMap(({ upstream }) => upstream.origins))]
}
