import type { FileChatGpt } from './schema/chatgpt.ts'

/** The `chatgpt:` block: what ChatGPT needs beside the routes. */
export type ChatGptConfig = {
  /** The key of the API in the file. */
  readonly api: string
  /** Its `resource`. */
  readonly resource: string
  /** A name in `Config.issuers`. */
  readonly issuer: string
  /** The scopes that may be asked for, in the order of the file. */
  readonly scopes: readonly string[]
  /** Undefined where no client is named: then there is no facade. */
  readonly facade?: FacadeConfig
  /** Scope: its description for people. */
  readonly permissions: Readonly<Record<string, string>>
  /** Absolute name of the document that is published. */
  readonly openapi?: string
  /** The same as it is published. The process that reads the file makes it, for all of its workers. */
  readonly document?: PublishedOpenApi
  readonly operations: {
    /** Undefined: every operation that a route lets through. */
    readonly only?: readonly string[]
    readonly consequential: Readonly<Record<string, boolean>>
  }
  readonly manifest?: NonNullable<FileChatGpt['manifest']>
}

/** The published document in both languages. */
export type PublishedOpenApi = { readonly json: PublishedText; readonly yaml: PublishedText }

/** UTF-8, and a strong entity tag of it (RFC 9110 section 8.8.3). */
export type PublishedText = { readonly bytes: Uint8Array; readonly etag: string }

/** The OAuth facade: `GET /oauth/authorize` and `POST /oauth/token`. */
export type FacadeConfig = {
  /** `client_id`s. */
  readonly clients: readonly string[]
  /** Compared byte for byte. */
  readonly redirectUris: readonly string[]
  /** Whether ChatGPT gets a refresh token. */
  readonly refresh: boolean
  readonly openid: 'drop' | 'keep'
  /** Id of the organization that tokens are for. */
  readonly organization?: string
  readonly limits: { readonly perAddress: Rate; readonly total: Rate }
}

/** So many in a window of this time. */
export type Rate = { readonly most: number; readonly windowMs: number }
