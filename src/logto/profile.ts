import type { IdentityHeader } from '../access/identity.ts'
import type { CreateProfiles } from '../access/profiles.ts'
import type { Logger } from '../log/logger.ts'
import { type AccessToken, isOfMachine } from '../token/access-token.ts'
import { findClaim } from '../token/claim.ts'
import { createLookupLine, type LookupLine, lookupsAtOnce } from './lookup-line.ts'
import { createLookups, type Lookups } from './lookups.ts'
import { createManagement, type Management } from './management.ts'
import { ManagementFault } from './management-fault.ts'
import { createPrintValue, type PrintValue } from './print-value.ts'
import { type ReadUser, readRoles, readUser } from './read-user.ts'

/** Path → value of a header. */
type Values = ReadonlyMap<string, string>

/** The headers whose values one kind of call tells. */
type Part = { readonly entries: readonly IdentityHeader[]; readonly lookups: Lookups<Values> }

const none: readonly string[] = []

/** Looks users up in Logto's Management API. Roles take a call of their own, made where a header needs it. */
export const createProfiles: CreateProfiles = ({ issuer, connection, headers, logto }, reports) => {
  const management = createManagement(logto, connection, { maxSockets: lookupsAtOnce, patience: 0 })
  const line = createLookupLine(issuer, reports)
  const print = createPrintValue(reports.log)
  const source: Source = { issuer, management, line, print, log: reports.log }
  const ofRoles = headers.filter(({ claim }) => claim === 'roles')
  const ofUser = headers.filter((entry) => !ofRoles.includes(entry))
  const parts = [partOf(ofUser, readUser, source), partOf(ofRoles, readRoles, source)].filter(
    ({ entries }) => entries.length > 0,
  )

  /** The claims of the token come first: it was issued for this request. */
  function list(token: AccessToken, found: readonly (Values | undefined)[]): readonly string[] {
    const listed: string[] = []
    for (const [i, { entries }] of parts.entries())
      for (const entry of entries) {
        const claim = findClaim(token.claims, entry.claim)
        const value = claim === undefined ? found[i]?.get(entry.claim) : print(token.subject, entry, claim)
        if (value !== undefined) listed.push(entry.header, value)
      }
    return listed
  }

  return {
    headersFor(token, nowMs) {
      if (token.issuer !== issuer || isOfMachine(token)) return none
      const found = parts.map(({ entries, lookups }) =>
        entries.every(({ claim }) => findClaim(token.claims, claim) !== undefined)
          ? undefined
          : lookups.find(token.subject, nowMs),
      )
      return areHere(found) ? list(token, found) : Promise.all(found).then((late) => list(token, late))
    },
    drop(ofIssuer, subject) {
      if (ofIssuer === issuer) for (const { lookups } of parts) lookups.drop(subject)
    },
    clear() {
      for (const { lookups } of parts) lookups.clear()
    },
    close() {
      line.close()
      management.close()
    },
  }
}

type Found = Values | undefined

function areHere(found: readonly (Found | Promise<Found>)[]): found is readonly Found[] {
  return !found.some((answer) => answer instanceof Promise)
}

type Source = {
  readonly issuer: string
  readonly management: Management
  readonly line: LookupLine
  readonly print: PrintValue
  readonly log: Logger
}

function partOf(entries: readonly IdentityHeader[], read: ReadUser, source: Source): Part {
  const { line, print } = source
  const lookups = createLookups<Values>({
    ask: (subject) =>
      line.ask(async () => {
        const user = await userOrNone(subject, read, source)
        const values = entries.map((entry) => [
          entry.claim,
          print(subject, entry, findClaim(user, entry.claim)),
        ])
        return new Map(values.filter((pair): pair is [string, string] => pair[1] !== undefined))
      }),
    sizeOf: (values) => [...values].reduce((size, [, value]) => size + value.length, 0),
  })
  return { entries, lookups }
}

/** A user who is gone has no members. */
async function userOrNone(subject: string, read: ReadUser, { management, issuer, log }: Source) {
  // Either one would be another path: a URL has no such segments.
  if (subject === '.' || subject === '..') return {}
  try {
    return await read(management, subject)
  } catch (error) {
    if (!(error instanceof ManagementFault) || !error.isMissing) throw error
    log.info({ issuer, sub: subject }, 'Logto has no such user: its profile headers are left out')
    return {}
  }
}
