import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { messageOf } from '../../errors.ts'
import { CheckFault } from './check-fault.ts'

/** A listener on loopback for one browser that comes back from a sign-in. */
export type Callback = {
  /** Resolves to the query. Rejects with a `CheckFault` when nobody comes in time. */
  readonly query: Promise<URLSearchParams>
  close(): void
}

/** Listens where this URL leads, for a callback that brings this `state`. Throws a `CheckFault`. */
export async function listenForCallback(
  redirectUri: string,
  state: string,
  waitMs: number,
): Promise<Callback> {
  const { pathname } = new URL(redirectUri)
  let give = (_: URLSearchParams) => {}
  const came = new Promise<URLSearchParams>((resolve) => {
    give = resolve
  })
  const server = createServer({ maxHeaderSize: 32_768, requestTimeout: 10_000 }, (req, res) => {
    const query = queryOf(req, redirectUri, pathname)
    if (query === undefined) return reply(res, 404, 'Nothing is here', 'The sign-in comes back elsewhere.')
    // A page of anybody may send the browser here: only the sign-in that began here counts (RFC 9700 4.7).
    if (query.get('state') !== state)
      return reply(
        res,
        400,
        'This sign-in began elsewhere',
        'Its code is not used. Try again from the start.',
      )
    reply(res, 200, 'Back at the doctor', 'Look into the terminal: this page can be closed.')
    give(query)
  })
  await listen(server, redirectUri)
  const { timer, late } = deadline(waitMs)
  return {
    query: Promise.race([came, late]),
    close() {
      clearTimeout(timer)
      server.close()
      server.closeAllConnections()
    },
  }
}

function queryOf(
  { method, url = '/' }: IncomingMessage,
  redirectUri: string,
  pathname: string,
): URLSearchParams | undefined {
  if (method !== 'GET' || !url.startsWith('/') || !URL.canParse(url, redirectUri)) return undefined
  const target = new URL(url, redirectUri)
  const isHere = target.origin === new URL(redirectUri).origin && target.pathname === pathname
  return isHere ? target.searchParams : undefined
}

/** Nothing of the request is in the page. */
function reply(res: ServerResponse, status: number, title: string, text: string): void {
  res.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    connection: 'close',
  })
  res.end(`<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>\n`)
}

async function listen(server: Server, redirectUri: string): Promise<void> {
  const { hostname, port } = new URL(redirectUri)
  const host = hostname.replace(/^\[|\]$/g, '')
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ host, port: Number(port || 80) }, resolve)
    })
  } catch (error) {
    throw new CheckFault(
      `nobody can wait at ${redirectUri}: ${messageOf(error)}`,
      'free that port, or name another callback with --callback',
    )
  }
}

function deadline(waitMs: number): { timer: NodeJS.Timeout; late: Promise<never> } {
  let fail = (_: Error) => {}
  const late = new Promise<never>((_, reject) => {
    fail = reject
  })
  // Nobody may wait for it any more.
  late.catch(() => {})
  const timer = setTimeout(
    () =>
      fail(
        new CheckFault(
          `no browser came back within ${Math.round(waitMs / 1000)} s`,
          'sign in with the URL above; where the page of the sign-in shows an error, that is the fault',
        ),
      ),
    waitMs,
  )
  return { timer, late }
}
