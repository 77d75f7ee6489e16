import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

/** The part of Koa's context that is read and changed here. */
export type ProviderResponse = {
  readonly path: string
  readonly method: string
  readonly fresh: boolean
  body: unknown
  status: number
  etag: string
  set(name: string, value: string): void
  vary(name: string): void
  acceptsEncodings(...encodings: string[]): string | false
}

/** Gives a response of oidc-provider the body members and headers that Logto's responses have. */
export function dressResponse(ctx: ProviderResponse, isCimdOn = false): void {
  if (ctx.status === 404 && ctx.body === undefined) ctx.body = unknownRoute(ctx)
  else if (ctx.path === '/jwks') dressKeys(ctx)
  else if (isError(ctx.body) && !('code' in ctx.body)) ctx.body = errorBody(ctx.body)
  else if (ctx.path.startsWith('/.well-known/')) dressDiscovery(ctx, isCimdOn)
  if (isPublic.test(ctx.path) && ctx.status === 200 && ctx.acceptsEncodings('gzip') === 'gzip') compress(ctx)
}

/** The key set and discovery, the only responses that are compressed. */
const isPublic = /^\/(?:jwks$|\.well-known\/)/

function unknownRoute(ctx: ProviderResponse): object {
  ctx.status = 404
  const error_description = `unrecognized route or not allowed method (${ctx.method} on ${ctx.path})`
  return errorBody({ error: 'invalid_request', error_description })
}

/** The key set is to be revalidated every time, and answered with 304 when nothing changed. */
function dressKeys(ctx: ProviderResponse): void {
  ctx.set('cache-control', 'no-cache, max-age=0, must-revalidate')
  ctx.etag = createHash('sha256').update(JSON.stringify(ctx.body)).digest('base64url')
  if (ctx.fresh) ctx.status = 304
}

/** Logto names these algorithms whatever keys it has, while the provider looks at the keys. */
function dressDiscovery(ctx: ProviderResponse, isCimdOn: boolean): void {
  const id_token_signing_alg_values_supported = ['ES384', 'PS256', 'RS256']
  const cimd = isCimdOn && { client_id_metadata_document_supported: true }
  ctx.body = { ...Object(ctx.body), id_token_signing_alg_values_supported, ...cimd }
}

function compress(ctx: ProviderResponse): void {
  ctx.set('content-encoding', 'gzip')
  ctx.vary('accept-encoding')
  ctx.body = gzipSync(JSON.stringify(ctx.body))
}

function isError(body: unknown): body is { error: string } {
  return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string'
}

/** Adds Logto's error members to those of OAuth. Logto really sends a literal `{{error_description}}`. */
export function errorBody<T extends { error: string }>(body: T): T & { code: string; message: string } {
  const code = `oidc.${body.error}`
  const message = messages[body.error] ?? `An OIDC error occurred: ${code}.`
  const link = body.error === 'invalid_grant' && { error_uri: 'https://openid.sh/debug/invalid_grant' }
  return { code, message, ...link, ...body }
}

/** Some are templates that nobody has filled in, as in Logto. */
const messages: Readonly<Record<string, string>> = {
  access_denied: 'Access denied.',
  insufficient_scope: 'Token missing scope `{{scope}}`.',
  invalid_grant: 'Grant request is invalid.',
  invalid_redirect_uri: "`redirect_uri` did not match any of the client's registered `redirect_uris`.",
  invalid_request: 'Request is invalid.',
  invalid_scope: 'Invalid scope: {{error_description}}.',
  invalid_target: 'Invalid resource indicator.',
  invalid_token: 'Invalid token provided.',
  unsupported_grant_type: 'Unsupported `grant_type` requested.',
}
