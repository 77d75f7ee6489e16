import type { IssuerResponse } from '../issuer/call-issuer.ts'
import { isJsonObject } from '../issuer/json-object.ts'

/** Why a call to Logto failed: the call, what came, and the mend, in one line without secrets. */
export class ManagementFault extends Error {
  override readonly name = 'ManagementFault'
  /** Whether the call, or another, may have had its effect all the same: the tenant is read again. */
  readonly isUncertain: boolean
  /** True when whatever is asked would fail alike. */
  readonly isOfAccount: boolean
  /** Logto knows no such thing. */
  readonly isMissing: boolean
  /** How long Logto wants to be left alone, in milliseconds. */
  readonly pauseMs: number

  constructor(
    message: string,
    { isUncertain = false, isOfAccount = false, isMissing = false, pauseMs = 0 } = {},
  ) {
    super(message)
    this.isUncertain = isUncertain
    this.isOfAccount = isOfAccount
    this.isMissing = isMissing
    this.pauseMs = pauseMs
  }

  static ofTransport(call: string, message: string): ManagementFault {
    return new ManagementFault(
      `${call}: ${message}: is this Logto, and reachable from here? logto.endpoint says where`,
      {
        isUncertain: true,
      },
    )
  }

  static ofShape(call: string, what: string): ManagementFault {
    return new ManagementFault(
      `${call}: the answer ${what}: does logto.endpoint lead to Logto itself, or to a page in front of it?`,
      { isUncertain: true },
    )
  }

  static ofResponse(call: string, { status, text, headers }: IssuerResponse): ManagementFault {
    // Its `data` is never shown: for a refused token it holds the claims.
    const { code, message } = textsOf(text)
    const what = [code, message].filter((part) => part !== undefined).join(' ')
    const isUncertain = status >= 500 || status === 422 || status === 404
    const location = status >= 300 && status < 400 ? ` to ${originOf(headers.location)}` : ''
    return new ManagementFault(
      `${call}: ${status}${location}${what && ` ${what}`}: ${mendOf(status, code)}`,
      {
        isUncertain,
        isOfAccount: status === 401 || status === 403,
        // A page in front of Logto has no such code.
        isMissing: status === 404 && code?.startsWith('entity.') === true,
        pauseMs: status === 429 ? pauseOf(headers) : 0,
      },
    )
  }

  static ofTokenResponse({ status, text, headers }: IssuerResponse): ManagementFault {
    const { error } = textsOf(text)
    const mend =
      (error !== undefined && tokenMends[error]) ||
      (status >= 500 ? brokenInside : 'does logto.endpoint lead to Logto itself?')
    return new ManagementFault(`POST /oidc/token: ${status}${error ? ` ${error}` : ''}: ${mend}`, {
      isOfAccount: status < 500,
      pauseMs: status === 429 ? pauseOf(headers) : 0,
    })
  }
}

/** In seconds. Logto Cloud counts in windows of ten. */
const longestPause = 30

/** The pause that an answer with 429 asks for, in milliseconds. */
export function pauseOf(headers: IssuerResponse['headers']): number {
  const seconds = Number(headers['retry-after'] ?? 1)
  return Math.min(Number.isFinite(seconds) ? Math.max(seconds, 0.05) : 1, longestPause) * 1000
}

const tokenMends: Readonly<Record<string, string>> = {
  invalid_client: 'logto.management.id or its secret is wrong: the console shows both at the application',
  invalid_request: 'logto.management.secret may have expired: make another in the console',
  invalid_target:
    'logto.resource is not the identifier of the Management API: leave it out for Logto of your own, ' +
    'or write https://TENANT.logto.app/api',
  unauthorized_client: 'logto.management must be a machine-to-machine application',
}

const brokenInside =
  'Logto is broken inside: often it cannot reach its own ENDPOINT from within its container; its log says more'

function mendOf(status: number, code: string | undefined): string {
  switch (status) {
    case 401:
      return 'the token is refused: do logto.endpoint and logto.resource belong to one tenant?'
    case 403:
      return 'the account may not: give it the role Logto Management API access, which holds the permission all'
    case 404:
      return code === undefined
        ? 'does logto.endpoint lead to Logto itself, or to a page in front of it?'
        : 'it is not there any more: plan again'
    case 422:
      return code === undefined
        ? 'Logto refuses this change'
        : 'somebody may have changed the tenant meanwhile: plan again'
    case 429:
      return 'too many requests for this tenant: try again in a minute'
    case 501:
      return 'Logto cannot do this to a protected application'
    default:
      if (status >= 500) return brokenInside
      if (status >= 300 && status < 400) return 'redirects are not followed: correct logto.endpoint'
      return 'Logto refuses this change'
  }
}

type Texts = { readonly code?: string; readonly message?: string; readonly error?: string }

function textsOf(body: string): Texts {
  try {
    const value: unknown = JSON.parse(body)
    if (!isJsonObject(value)) return {}
    const entries = (['code', 'message', 'error'] as const).flatMap((name) => {
      const text = value[name]
      return typeof text === 'string' ? [[name, printable(text)]] : []
    })
    return Object.fromEntries(entries)
  } catch {
    return {}
  }
}

/** It comes from the network and goes to a terminal. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)
}

function originOf(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).origin : 'elsewhere'
}
