import { curl } from './curl.ts'
import { isFromApi, type OwnTrial, type TriedExample } from './own-trial.ts'

/** Access tokens and commands to paste, each with the status that it had just now. */
export function formatOwnApi(
  trial: OwnTrial,
  options: {
    readonly gateway: string
    readonly signInUrl: string
    /** The file with the routes, which is watched. */
    readonly file: string | undefined
  },
): string {
  const { gateway, signInUrl, file } = options
  return [
    `${gateway} now guards ${trial.upstreams.join(', ')}.`,
    `An access token with every scope that the routes name${listed(trial.scopes)}:`,
    `TOKEN=${trial.token}`,
    readPart(trial.read, gateway),
    ...refusedPart(trial, gateway),
    `The tokens are good for an hour. A browser gets others,
as alice (every scope) or as bob (the first one):
  ${signInUrl}`,
    file === undefined
      ? 'Your own routes: write them into a file, and add --config FILE.'
      : `${file} is loaded again whenever you save it.`,
    'Ctrl-C stops everything. Until then every request leaves a line here:',
  ].join('\n\n')
}

function readPart(read: TriedExample | undefined, gateway: string): string {
  if (read === undefined) return 'No route needs a token to be read, so there is nothing to show here.'
  return `${readResult(read)}\n  ${curl(gateway, read, '$TOKEN')}`
}

function readResult({ observed }: TriedExample): string {
  if (observed === undefined) return 'No response:'
  const { status, body } = observed
  if (isFromApi(observed)) return `${status}, from your API:`
  if (body['code'] === 'upstream_unreachable')
    return `${status}: your API does not answer. Is it running? The gateway will find it when it is:`
  return `${status} ${body['code']}: ${body['detail']}`
}

function refusedPart({ refused, firstScope, firstToken }: OwnTrial, gateway: string): string[] {
  if (refused === undefined) return []
  const holds = firstScope === undefined ? 'no scope' : `the first of them alone (${firstScope})`
  const needed = refused.anyOf.map((set) => set.join(' ')).join(' or ')
  const status = refused.observed?.status ?? 'No response'
  return [
    `An access token with ${holds}:`,
    `FIRST=${firstToken}`,
    `${status}, from the gateway, since this route needs ${needed}:\n  ${curl(gateway, refused, '$FIRST')}`,
  ]
}

function listed(scopes: readonly string[]): string {
  return scopes.length === 0 ? ' (they name none)' : `\n(${scopes.join(' ')})`
}
