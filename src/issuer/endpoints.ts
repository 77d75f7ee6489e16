import { messageOf } from '../errors.ts'
import { callIssuer, type IssuerRequest, type IssuerResponse } from './call-issuer.ts'
import { endpointIn, fetchMetadata, type Metadata } from './discovery.ts'
import { EndpointFault } from './endpoint-fault.ts'
import type { IssuerEndpoint, IssuerOptions } from './options.ts'

/** The endpoints of one issuer that are asked about opaque tokens. */
export type Endpoints = {
  /** One call, answered with whatever status. Rejects with an `EndpointFault`. */
  call(endpoint: IssuerEndpoint, request: IssuerRequest, signal: AbortSignal): Promise<IssuerResponse>
}

/** How long a discovery document is believed, in milliseconds: as long as the keys that it leads to. */
const metadataMs = 600_000

/** `now`: milliseconds since the epoch. Default: Date.now */
export function createEndpoints(issuer: IssuerOptions, now: () => number = Date.now): Endpoints {
  let metadata: Promise<Metadata> | undefined
  let readAtMs = 0

  /** One fetch for all that ask meanwhile. One that failed is not kept. */
  function discover(): Promise<Metadata> {
    if (metadata !== undefined && now() - readAtMs < metadataMs) return metadata
    readAtMs = now()
    const fetched = fetchMetadata(issuer)
    metadata = fetched
    fetched.catch(() => {
      if (metadata === fetched) metadata = undefined
    })
    return fetched
  }

  async function urlOf(endpoint: IssuerEndpoint): Promise<string> {
    const configured = issuer.endpoints?.[endpoint]
    if (configured !== undefined) return configured
    return endpointIn(await discover(), `${endpoint}_endpoint`, `issuer.${endpoint}Endpoint`)
  }

  return {
    async call(endpoint, request, signal) {
      try {
        return await callIssuer(await urlOf(endpoint), issuer, request, signal)
      } catch (error) {
        throw new EndpointFault(
          `${messageOf(error)}; check that the issuer runs and can be reached from the gateway, or set ` +
            `issuer.${endpoint}Endpoint`,
        )
      }
    },
  }
}

/** A form that is posted (RFC 6749 appendix B). */
export function formRequest(form: Readonly<Record<string, string>>, authorization: string): IssuerRequest {
  return {
    method: 'POST',
    headers: {
      Accept: 'application/json',
      Authorization: authorization,
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(form).toString(),
  }
}
