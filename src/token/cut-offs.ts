import type { AccessToken } from './access-token.ts'
import type { TokenOptions } from './options.ts'

/** Whose tokens a cut-off withdraws: those of one subject, client or organization, or all of an issuer. */
export type CutOffKind = 'sub' | 'client' | 'organization' | 'all'

/** Tokens that were issued at this instant or before it count no more. */
export type CutOff = {
  /** The issuer as it was configured then. A subject is the same person under each of its names. */
  readonly issuer: string
  readonly kind: CutOffKind
  /** The empty text where all are meant. */
  readonly id: string
  /** Whole seconds since the epoch, by the clock of the issuer. */
  readonly instantS: number
}

/** Every cut-off that a token can still be from before of. It is asked on every request. */
export type CutOffs = {
  /** False when an equal or a later one is known: a cut-off only moves forward. */
  add(cutOff: CutOff): boolean
  revokes(token: AccessToken): boolean
  /** The latest cut-off that this token falls under, in seconds since the epoch; undefined without one. */
  instantFor(token: AccessToken): number | undefined
  list(): CutOff[]
  readonly size: number
}

/** How long after its instant a cut-off can matter, in milliseconds: no token lives longer. */
function keepMs({ maxLifetimeMs, clockToleranceMs }: TokenOptions): number {
  return maxLifetimeMs + clockToleranceMs
}

/** How often cut-offs are dropped that no token is from before of any more, in milliseconds. */
const sweepEveryMs = 60_000

/**
 * `tokens`: the options in force. `namesOf`: every name that the issuer with this one has now. Since a
 * cut-off was made, or a stream began, a reload may have changed which of them is the configured one.
 */
export function createCutOffs(
  tokens: () => TokenOptions,
  namesOf: (issuer: string) => readonly string[] = (issuer) => [issuer],
): CutOffs {
  const issuers = new Map<string, OfIssuer>()
  let sweptMs = Date.now()

  /** No timer does it: it is only needed where cut-offs come in, and for tokens that do not say their age. */
  function sweepNowAndThen(nowMs: number): void {
    if (nowMs - sweptMs >= sweepEveryMs) sweep(nowMs)
  }

  function sweep(nowMs: number): void {
    sweptMs = nowMs
    const oldestS = (nowMs - keepMs(tokens())) / 1000
    for (const [issuer, ofIssuer] of issuers) {
      for (const kind of kinds) dropOlder(ofIssuer[kind], oldestS)
      if (sizeOf(ofIssuer) === 0) issuers.delete(issuer)
    }
  }

  /** Nobody can say that a token without `iat` is from after a cut-off, as long as there is one. */
  function isAnyLeft(issuer: string): boolean {
    sweepNowAndThen(Date.now())
    return namesOf(issuer).some((name) => issuers.has(name))
  }

  function instantFor(token: AccessToken): number | undefined {
    let instantS: number | undefined
    for (const name of namesOf(token.issuer)) {
      const ofIssuer = issuers.get(name)
      if (ofIssuer !== undefined) instantS = later(instantS, latest(ofIssuer, token))
    }
    return instantS
  }

  return {
    add({ issuer, kind, id, instantS }) {
      sweepNowAndThen(Date.now())
      const ofIssuer = issuers.get(issuer) ?? emptyOfIssuer()
      const known = ofIssuer[kind].get(id)
      if (known !== undefined && known >= instantS) return false
      ofIssuer[kind].set(id, instantS)
      issuers.set(issuer, ofIssuer)
      return true
    },
    revokes(token) {
      if (issuers.size === 0) return false
      const { iat } = token.claims
      if (typeof iat !== 'number') return isAnyLeft(token.issuer)
      const instantS = instantFor(token)
      return instantS !== undefined && Math.floor(iat) <= instantS
    },
    instantFor,
    list() {
      sweep(Date.now())
      return [...issuers].flatMap(([issuer, ofIssuer]) =>
        kinds.flatMap((kind) =>
          [...ofIssuer[kind]].map(([id, instantS]) => ({ issuer, kind, id, instantS })),
        ),
      )
    },
    get size() {
      let size = 0
      for (const ofIssuer of issuers.values()) size += sizeOf(ofIssuer)
      return size
    },
  }
}

/** Id → instant, in seconds since the epoch. */
type OfIssuer = Readonly<Record<CutOffKind, Map<string, number>>>

const kinds: readonly CutOffKind[] = ['sub', 'client', 'organization', 'all']

function emptyOfIssuer(): OfIssuer {
  return { sub: new Map(), client: new Map(), organization: new Map(), all: new Map() }
}

function dropOlder(instants: Map<string, number>, oldestS: number): void {
  for (const [id, instantS] of instants) if (instantS < oldestS) instants.delete(id)
}

function sizeOf(ofIssuer: OfIssuer): number {
  return kinds.reduce((sum, kind) => sum + ofIssuer[kind].size, 0)
}

function latest(ofIssuer: OfIssuer, { subject, clientId, claims }: AccessToken): number | undefined {
  const organization = claims['organization_id']
  return later(
    later(ofIssuer.all.get(''), ofIssuer.sub.get(subject)),
    later(
      clientId === undefined ? undefined : ofIssuer.client.get(clientId),
      typeof organization === 'string' ? ofIssuer.organization.get(organization) : undefined,
    ),
  )
}

function later(first: number | undefined, second: number | undefined): number | undefined {
  if (first === undefined || second === undefined) return first ?? second
  return Math.max(first, second)
}
