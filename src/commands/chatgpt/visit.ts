import type { ChatGptConfig } from '../../config/chatgpt-config.ts'
import type { ApiConfig, Config } from '../../config/config.ts'
import type { IssuerOptions } from '../../issuer/options.ts'
import type { Exchange, Sent } from './exchange.ts'
import type { Mask } from './mask.ts'

/** Everything that a pretend ChatGPT is told. */
export type Subject = {
  /** GPT Actions, or an app that speaks MCP. */
  readonly surface: 'actions' | 'mcp'
  readonly config: Config
  readonly chatgpt: ChatGptConfig
  readonly api: ApiConfig
  readonly issuer: IssuerOptions
  /** Where the gateway is reached, without a slash at its end. */
  readonly base: string
  /** Without a secret the client is a public one. */
  readonly client: { readonly id: string; readonly secret?: string }
  /** Where the browser comes back to. */
  readonly redirectUri: string
  /** The text of the editor's box Scope. */
  readonly scope: string
  /** A code that somebody has pasted, instead of a sign-in. */
  readonly code?: string
  readonly limits: Limits
}

/** The limits of ChatGPT. */
export type Limits = { readonly answerCharacters: number; readonly callMs: number }

export const limitsOfChatGpt: Limits = { answerCharacters: 100_000, callMs: 45_000 }

/**
 * Takes a browser to this URL and through the sign-in. Resolves to the query with which it came back to
 * `redirectUri`. Rejects with a `CheckFault` when it did not.
 */
export type SignIn = (url: string, redirectUri: string, state: string) => Promise<URLSearchParams>

/** One walk along the checklist. */
export type Visit = {
  readonly subject: Subject
  readonly signIn: SignIn
  readonly mask: Mask
  askGateway(sent: Sent, timeoutMs?: number): Promise<Exchange>
  askServer(sent: Sent): Promise<Exchange>
}

/** The results of checks, for those that follow. */
export type Found = {
  /** The answer to a call without a token. */
  readonly refusal?: Exchange
  /** The document of the authorization server. */
  readonly server?: ServerMetadata
  readonly endpoints?: OAuthEndpoints
  /** A sign-in can begin. */
  readonly entrance?: 'open'
  readonly code?: AuthorizationCode
  readonly tokens?: Tokens
  /** The scopes of the access token. */
  readonly scopes?: ReadonlySet<string>
  readonly refreshToken?: string
  /** The answer to the refresh. */
  readonly refreshed?: Tokens
  /** The place of the resource's metadata. */
  readonly metadataUrl?: string
  /** The scopes that an MCP client asks for. */
  readonly offered?: readonly string[]
}

export type ServerMetadata = {
  readonly exchange: Exchange
  readonly members: Readonly<Record<string, unknown>>
}

/** The places where ChatGPT signs in and redeems codes. */
export type OAuthEndpoints = { readonly authorization: string; readonly token: string }

export type AuthorizationCode = { readonly value: string; readonly verifier?: string }

export type Tokens = {
  readonly accessToken: string
  readonly refreshToken?: string
  readonly exchange: Exchange
  readonly authentication: ClientAuthentication
}

/** By the form, by the header `Authorization`, or not at all. */
export type ClientAuthentication = 'post' | 'basic' | 'none'
