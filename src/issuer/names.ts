import { memoByObject } from '../memo.ts'
import type { IssuerOptions } from './options.ts'

/** Issuers by whatever key the configuration gives them. */
export type NamedIssuers = ReadonlyMap<string, Pick<IssuerOptions, 'issuer' | 'also'>>

/** Every `iss` that counts as the issuer with this one (`issuer.also`), which is among them. */
export function namesOf(issuer: string, issuers: NamedIssuers): readonly string[] {
  return byName(issuers).get(issuer) ?? [issuer]
}

const byName = memoByObject(
  (issuers: NamedIssuers) =>
    new Map(
      [...issuers.values()].flatMap(({ issuer, also = [] }) => {
        const names = [issuer, ...also]
        return names.map((name) => [name, names] as const)
      }),
    ),
)
