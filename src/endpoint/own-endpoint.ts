import type { Code } from '../errors.ts'
import type { ClientAddress } from '../http/forwarded.ts'
import type { OwnResponse } from '../http/problem.ts'
import type { RequestHead } from '../http/request-head.ts'
import type { RequestTarget } from '../http/request-target.ts'
import type { BodyFault, BodyLimits } from './small-body.ts'

/** A URL that the gateway answers itself. It asks no token, and no route of the file stands before it. */
export type OwnEndpoint = {
  /** Canonical, without a slash at its end. Nothing in it is a wildcard. */
  readonly path: string
  readonly methods: readonly string[]
  /** Lower-cased names, `*.name` for any subdomain. Empty: any host. */
  readonly hosts: readonly string[]
  /** It belongs to no API, and answers where a host leads to any. */
  readonly onEveryHost?: boolean
  /** The thing that it asks of a request, as the list of routes says it. */
  readonly requires: string
  /**
   * Answers a request of one of the methods. A fault costs that request alone. Undefined when nobody is there
   * any more to read a response.
   */
  respond(request: EndpointRequest): EndpointResponse | undefined | Promise<EndpointResponse | undefined>
}

/** Everything that an own endpoint may know of a request. */
export type EndpointRequest = {
  readonly head: RequestHead
  readonly target: RequestTarget
  readonly client: ClientAddress
  /** Reads the body. To be called once at most. */
  body(limits: BodyLimits): Promise<Uint8Array | BodyFault>
}

/** `headers` are names and values in turn; those about the body's length and the request id are added. */
export type EndpointResponse =
  | Responded
  | {
      readonly outcome: 'refuse'
      readonly code: Code
      /** For the log, and for the client unless it is `silent`. */
      readonly detail: string
      /** The client gets the status, and no word about the reason. */
      readonly silent?: boolean
    }

/** A response in the words of the endpoint's own protocol. */
export type Responded = {
  readonly outcome: 'respond'
  readonly status: number
  readonly headers: readonly string[]
  readonly body: OwnResponse['body']
  /** For the log: it refuses the request, or something went wrong. */
  readonly problem?: { readonly code: Code; readonly detail: string }
}
