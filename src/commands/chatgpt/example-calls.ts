import { type ExampleRequest, examplesOf } from '../../config/example-request.ts'
import { hostRank } from '../../route/host-rank.ts'
import type { Sent } from './exchange.ts'
import type { Subject } from './visit.ts'

/** A call that the scopes allow and that changes nothing, by the routes of the file. */
export function allowedCall({ api }: Subject, scopes: ReadonlySet<string>): ExampleRequest | undefined {
  return examplesOf([api]).find(({ method, anyOf }) => method === 'GET' && isMet(anyOf, scopes))
}

/**
 * A call that the scopes do not allow. The gateway should refuse it, and if it does not, the API gets it: one
 * that only reads is preferred, and nothing is ever deleted.
 */
export function refusedCall({ api }: Subject, scopes: ReadonlySet<string>): ExampleRequest | undefined {
  return gentlest(examplesOf([api]).filter(({ anyOf }) => !isMet(anyOf, scopes)))
}

/** A call that needs a token. */
export function protectedCall({ api }: Subject): ExampleRequest | undefined {
  return gentlest(examplesOf([api]))
}

function isMet(anyOf: ExampleRequest['anyOf'], scopes: ReadonlySet<string>): boolean {
  return anyOf.length === 0 || anyOf.some((set) => set.every((scope) => scopes.has(scope)))
}

const gentle = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH']

function gentlest(examples: readonly ExampleRequest[]): ExampleRequest | undefined {
  const rank = ({ method }: ExampleRequest) => gentle.indexOf(method)
  return examples.filter((example) => rank(example) >= 0).toSorted((a, b) => rank(a) - rank(b))[0]
}

/** The example as a request to the gateway, with a token or without. */
export function callOf(example: ExampleRequest, { base, api }: Subject, accessToken?: string): Sent {
  const { hostname } = new URL(base)
  const isNamed = api.hosts.length === 0 || hostRank(api.hosts, hostname) >= 0
  const headers = {
    ...(example.host !== undefined && !isNamed && { Host: example.host }),
    ...(accessToken !== undefined && { Authorization: `Bearer ${accessToken}` }),
  }
  return { method: example.method, url: `${base}${example.path}`, headers }
}
