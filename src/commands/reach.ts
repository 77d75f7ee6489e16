import type { Issue } from '../config/issue.ts'
import type { LoadResult } from '../config/load.ts'
import { messageOf } from '../errors.ts'
import { readKeys } from '../issuer/json-web-key.ts'
import { loadJwks } from '../issuer/jwks.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import { faultCause } from '../upstream/fault.ts'
import { createConnector } from '../upstream/undici-client.ts'
import type { UpstreamOptions } from '../upstream/upstream.ts'
import { type Found, reachEndpoints, reachManagement } from './reach-endpoints.ts'

/** The answers, and an issue for everything that did not answer. */
export type Reached = { readonly answers: readonly string[]; readonly issues: readonly Issue[] }

/**
 * `scopegate check --online`: asks every issuer for its keys, and about an opaque token where it would be,
 * asks the Management API, and connects to every origin of every upstream.
 */
export async function reach({ config, network }: LoadResult): Promise<Reached> {
  if (config === undefined || network === undefined) return { answers: [], issues: [] }
  const { connectMs } = config.timeouts
  const tries = [
    ...network.issuers.map(({ issuer, at }) => ({ at, answer: askIssuer(issuer) })),
    ...network.issuers.map(({ name, issuer, at }) => ({
      at: issuer.client === undefined ? at : [...at.slice(0, -1), 'client'],
      answer: reachEndpoints(config, issuer, name),
    })),
    { at: ['logto', 'management'], answer: reachManagement(config) },
    ...differentOrigins(network.upstreams).map(({ upstream, origin, at }) => ({
      at,
      answer: connect(origin, upstream, connectMs),
    })),
  ]
  const results = await Promise.all(
    tries.map(async ({ at, answer }) => {
      const { problem, text } = (await answer) ?? {}
      return { text, issue: problem === undefined ? undefined : network.issueAt(at, problem) }
    }),
  )
  return {
    answers: results.flatMap(({ text }) => text ?? []),
    issues: results.flatMap(({ issue }) => issue ?? []),
  }
}

async function askIssuer(issuer: IssuerOptions): Promise<Found> {
  try {
    const keys = await readKeys(await loadJwks(issuer), issuer.algorithms)
    if (keys.length > 0) return { text: `${issuer.issuer}: ${counted(keys.length, 'key')}` }
    return { problem: 'the key set of this issuer has no key that may verify access tokens' }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

type Origin = { readonly origin: string; readonly upstream: UpstreamOptions; readonly at: Part['at'] }
type Part = NonNullable<LoadResult['network']>['upstreams'][number]

/** Many routes may have one upstream: each origin is asked once for each way to prove who it is. */
function differentOrigins(upstreams: readonly Part[]): Origin[] {
  const origins = new Map<string, Origin>()
  for (const { upstream, at } of upstreams)
    for (const origin of upstream.origins) {
      const key = JSON.stringify([origin, upstream.tls])
      if (!origins.has(key)) origins.set(key, { origin, upstream, at })
    }
  return [...origins.values()]
}

/** As the gateway connects, TLS included; no request is sent. */
function connect(origin: string, { tls }: UpstreamOptions, timeoutMs: number): Promise<Found> {
  const { protocol, hostname, port, host } = new URL(origin)
  const target = { protocol, port, host, hostname: hostname.replace(/^\[|\]$/g, '') }
  return new Promise((resolve) => {
    createConnector({ ...tls, timeoutMs })(target, (error, socket) => {
      socket?.destroy()
      if (error === null) resolve({ text: `${origin}: takes connections` })
      else resolve({ problem: `${origin} cannot be reached: ${faultCause(error)}` })
    })
  })
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}
