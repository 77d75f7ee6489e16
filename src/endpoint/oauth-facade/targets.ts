import { messageOf } from '../../errors.ts'
import { endpointIn, fetchMetadata } from '../../issuer/discovery.ts'
import type { IssuerOptions } from '../../issuer/options.ts'
import { createRefetch } from '../../issuer/refetch.ts'
import type { Logger } from '../../log/logger.ts'

/** Where the facade sends browsers and token requests. No request has a part in it. */
export type Targets = { readonly authorize: string; readonly token: string }

export type FacadeTargets = {
  /** Undefined until discovery has succeeded. Asking then has it tried again. */
  current(): Targets | undefined
  /** Asks for them again in the background. */
  refresh(): void
  close(): void
}

export type TargetOptions = {
  readonly issuer: IssuerOptions
  readonly log: Logger
  /** Milliseconds since the epoch. Default: Date.now */
  readonly now?: () => number
}

/**
 * Asks for the discovery document at once and every ten minutes. What an earlier one said stays when a later
 * one cannot be had, or leads elsewhere.
 */
export function createFacadeTargets({ issuer, log, now = Date.now }: TargetOptions): FacadeTargets {
  const { token, authorization = ownPageOf(issuer) } = issuer.endpoints ?? {}
  if (token !== undefined && authorization !== undefined)
    return configured({ authorize: absolute(authorization), token })
  let known: Targets | undefined
  let problem: string | undefined

  async function run(): Promise<boolean> {
    try {
      known = await discover(issuer, authorization)
      if (problem !== undefined)
        log.info({ issuer: issuer.issuer }, 'the OAuth facade knows its issuer again')
      problem = undefined
      return true
    } catch (error) {
      report(messageOf(error))
      return false
    }
  }

  /** Each problem is one line. */
  function report(message: string): void {
    if (message === problem) return
    problem = message
    const effect =
      known === undefined ? 'sign-ins and token requests answer 503' : 'the last endpoints stay in use'
    log.warn(
      { issuer: issuer.issuer, problem },
      `the OAuth facade cannot ask its issuer for its endpoints; ${effect}; ` +
        'check that the issuer runs and can be reached from the gateway',
    )
  }

  const refetch = createRefetch({ run, now })
  return {
    current() {
      if (known === undefined) void refetch.next()
      return known
    },
    refresh: () => void refetch.next(),
    close: () => refetch.close(),
  }
}

function configured(targets: Targets): FacadeTargets {
  return { current: () => targets, refresh: () => {}, close: () => {} }
}

/**
 * The discovery document of Logto follows the `Host` of whoever asks for it, which may be a name that no
 * browser knows.
 */
function ownPageOf({ isLogto, issuer }: IssuerOptions): string | undefined {
  return isLogto ? `${issuer}/auth` : undefined
}

async function discover(issuer: IssuerOptions, authorization: string | undefined): Promise<Targets> {
  const metadata = await fetchMetadata(issuer)
  return {
    authorize: absolute(
      authorization ?? endpointIn(metadata, 'authorization_endpoint', 'issuer.authorizationEndpoint'),
    ),
    token: issuer.endpoints?.token ?? endpointIn(metadata, 'token_endpoint', 'issuer.tokenEndpoint'),
  }
}

/** In ASCII, as a header needs it, and without a fragment, which would swallow the query. */
function absolute(url: string): string {
  const parsed = new URL(url)
  parsed.hash = ''
  return parsed.href
}
