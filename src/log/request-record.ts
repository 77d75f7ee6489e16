import { type Code, codes } from '../errors.ts'

/** The members are an allow-list: there is none for a token, a cookie, a query or the value of a header. */
type Fields = {
  requestId: string
  api: string | undefined
  /** The pattern as the operator wrote it. */
  route: string | undefined
  method: string
  /** Canonical path, without the query. */
  path: string | undefined
  /** Undefined as long as no response has begun. */
  status: number | undefined
  outcome: 'allow' | 'refuse'
  code: Code | undefined
  detail: string | undefined
  sub: string | undefined
  clientId: string | undefined
  /** The client is one of `chatgpt.clients`. */
  client: 'chatgpt' | undefined
  /** As the client claims them. */
  conversation: string | undefined
  gpt: string | undefined
  scopesHeld: string | undefined
  scopesNeeded: string | undefined
  tokenKind: 'jwt' | 'opaque' | 'exchanged' | 'personal' | undefined
  cache: 'hit' | 'miss' | undefined
  /** The time from the complete head to the decision, the look-up of a profile included. */
  authMs: number | undefined
  /** The time from dispatch to the head of the upstream's response. */
  upstreamMs: number | undefined
  bytesIn: number
  bytesOut: number
  remote: string | undefined
}

/** The content of the log line of one request. */
export type RequestRecord = Readonly<Fields>

/** Everything that the log says about how a request was decided. */
export type DecisionFacts = Pick<
  RequestRecord,
  | 'outcome'
  | 'authMs'
  | 'cache'
  | 'api'
  | 'route'
  | 'scopesNeeded'
  | 'tokenKind'
  | 'sub'
  | 'clientId'
  | 'scopesHeld'
>

/** Fills the record of one request while it runs. */
export class RecordKeeper {
  readonly #fields: Fields
  #characters: number | undefined

  /** `remote` is the address of the client as far as it is known, or undefined. */
  constructor(requestId: string, method: string, remote: string | undefined) {
    this.#fields = startRecord(requestId, method)
    this.#fields.remote = remote
  }

  get record(): RequestRecord {
    return this.#fields
  }

  get requestId(): string {
    return this.#fields.requestId
  }

  /** A response has begun. */
  get hasResponse(): boolean {
    return this.#fields.status !== undefined
  }

  /** The target could be read, and this is its canonical path. */
  targeted(path: string): void {
    this.#fields.path = path
  }

  /**
   * The request was decided. The members are spelt out: to copy them by Object.assign costs three times as
   * much.
   */
  decided(facts: DecisionFacts): void {
    const fields = this.#fields
    fields.outcome = facts.outcome
    fields.authMs = facts.authMs
    fields.cache = facts.cache
    fields.api = facts.api
    fields.route = facts.route
    fields.scopesNeeded = facts.scopesNeeded
    fields.tokenKind = facts.tokenKind
    fields.sub = facts.sub
    fields.clientId = facts.clientId
    fields.scopesHeld = facts.scopesHeld
  }

  /** It had to wait for what goes upstream with the decision. */
  waited(authMs: number): void {
    this.#fields.authMs = authMs
  }

  /** It says that it comes from this conversation and this GPT. Nothing is decided by that. */
  claimed(conversation: string | undefined, gpt: string | undefined): void {
    this.#fields.conversation = conversation
    this.#fields.gpt = gpt
  }

  /** ChatGPT asks, by the client of its token. It reads characters, which are counted from now on. */
  fromChatGpt(): void {
    this.#fields.client = 'chatgpt'
    this.#characters ??= 0
  }

  /** A preflight passes without a decision. */
  passed(): void {
    this.#fields.outcome = 'allow'
  }

  /**
   * The request was refused, or something went wrong with it. Without a detail the one that is there remains.
   */
  problem(code: Code, detail = this.#fields.detail): void {
    this.#fields.code = code
    this.#fields.detail = detail
  }

  /** The client went away. A reason that was found before that remains. */
  clientLeft(): void {
    this.#fields.code ??= 'client_closed'
  }

  /** A stream came to its end, which is no problem. */
  streamEnded(detail: string): void {
    this.#fields.detail = detail
  }

  /** A response begins. `upstreamMs` is given when it is the upstream's. */
  responded(status: number, upstreamMs?: number): void {
    this.#fields.status = status
    this.#fields.upstreamMs = upstreamMs
  }

  received(bytes: number): void {
    this.#fields.bytesIn += bytes
  }

  sent(bytes: number): void {
    this.#fields.bytesOut += bytes
  }

  /** A part of a response body. */
  sentChunk(chunk: Buffer): void {
    this.#fields.bytesOut += chunk.length
    if (this.#characters !== undefined) this.#characters += charactersIn(chunk)
  }

  /** The characters of the response body in UTF-8; 0 where nobody counts them. */
  get characters(): number {
    return this.#characters ?? 0
  }

  /** The request is over. One without a response was left by its client, and a status must be in the log. */
  close(): RequestRecord {
    const fields = this.#fields
    if (fields.status !== undefined) return fields
    fields.code ??= 'client_closed'
    fields.status = codes[fields.code].status
    return fields
  }
}

/** Each begins with a byte that continues none. */
function charactersIn(chunk: Buffer): number {
  let count = 0
  for (const byte of chunk) if ((byte & 0xc0) !== 0x80) count += 1
  return count
}

/** Begins a record, in which only the request itself is known. */
export function startRecord(requestId: string, method: string): Fields {
  return {
    requestId,
    api: undefined,
    route: undefined,
    method,
    path: undefined,
    status: undefined,
    outcome: 'refuse',
    code: undefined,
    detail: undefined,
    sub: undefined,
    clientId: undefined,
    client: undefined,
    conversation: undefined,
    gpt: undefined,
    scopesHeld: undefined,
    scopesNeeded: undefined,
    tokenKind: undefined,
    cache: undefined,
    authMs: undefined,
    upstreamMs: undefined,
    bytesIn: 0,
    bytesOut: 0,
    remote: undefined,
  }
}
