import { sendRaw } from '../../support/raw.ts'
import type { Stage } from '../../support/stage.ts'

/** A request as the vectors write it. */
export type VectorRequest = {
  readonly method?: string
  readonly url?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string
  readonly remote_addr?: string
}

export type Outcome = {
  readonly status: number
  /** The parts of it that the upstream received: the request target, and the whole head. */
  readonly upstream: { readonly target: string; readonly head: string } | undefined
}

/**
 * Sends a request byte for byte as its vector has it. Allowed means 200 and received by the upstream, refused
 * a 4xx of which the upstream saw nothing; anything between is an error.
 */
export async function send(stage: Stage, request: VectorRequest, token?: string): Promise<Outcome> {
  const before = stage.upstream.received().length
  const { status, text } = await sendRaw(stage.gateway.port, bytesOf(request, token))
  const head = stage.upstream.received().slice(before)
  const target = head.split(' ')[1]
  const upstream = target === undefined ? undefined : { target, head }
  const whole = upstream === undefined ? status >= 400 && status < 500 : status === 200
  if (!whole) throw new Error(`neither allowed nor refused: ${text}\n${head}`)
  return { status, upstream }
}

function bytesOf({ method = 'GET', url = '/', headers = [], body }: VectorRequest, token?: string): string {
  const [, host = 'gateway.test', rest = ''] = /^(?:https?:\/\/([^/?]*))?(.*)$/s.exec(url) ?? []
  const target = method === 'CONNECT' ? `${host}:443` : rest.replace(/^(?!\/)/, '/')
  const fields = [['Host', host], ...headers, ['Connection', 'close']]
  if (token !== undefined) fields.push(['Authorization', `Bearer ${token}`])
  if (body !== undefined) fields.push(['Content-Length', String(body.length)])
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `${method} ${target} HTTP/1.1\r\n${lines}\r\n${body ?? ''}`
}

export function titleOf({ method = 'GET', url = '/' }: VectorRequest): string {
  return `${method} ${url}`
}

/** Whether the rule of the case was the one that let it through. */
export async function matching(stage: Stage, request: VectorRequest): Promise<'match' | 'no-match'> {
  return (await send(stage, request)).upstream === undefined ? 'no-match' : 'match'
}

/** A fixed Authorization that tells the upstream which route let a request through. */
export function marked(rule: string): { readonly authorization: string } {
  return { authorization: `Rule ${rule.padEnd(16, '.')}` }
}

/** The route that let a request through, by its mark. */
export function markOf({ upstream }: Outcome): string {
  return /^authorization: Rule ([^.\r]+)/im.exec(upstream?.head ?? '')?.[1] ?? 'none'
}
