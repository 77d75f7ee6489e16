import { createHash } from 'node:crypto'

/** The part of Koa's context that is read and changed here. */
export type ProviderResponse = {
  readonly path: string
  readonly method: string
  readonly fresh: boolean
  body: unknown
  status: number
  etag: string
  set(name: string, value: string): void
}

/** Gives a response of oidc-provider the body members and headers that Logto's responses have. */
export function dressResponse(ctx: ProviderResponse): void {
  if (ctx.path === '/jwks' && ctx.method === 'GET') dressKeys(ctx)
  else if (isError(ctx.body) && !('code' in ctx.body)) ctx.body = errorBody(ctx.body)
}

/** The key set is to be revalidated every time, and answered with 304 when nothing changed. */
function dressKeys(ctx: ProviderResponse): void {
  ctx.set('cache-control', 'no-cache, max-age=0, must-revalidate')
  ctx.etag = createHash('sha256').update(JSON.stringify(ctx.body)).digest('base64url')
  if (ctx.fresh) ctx.status = 304
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

const messages: Readonly<Record<string, string>> = {
  invalid_grant: 'Grant request is invalid.',
  invalid_scope: 'Invalid scope: {{error_description}}.',
}
