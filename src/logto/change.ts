import { isJsonObject } from '../issuer/json-object.ts'

/** The id of something that may not exist yet: `role My role`, `permission https://api.example.com/ read`. */
export type Ref = { readonly ref: string }

type Json = string | number | boolean | null | Ref | readonly Json[] | { readonly [name: string]: Json }

/** One call that brings the tenant nearer to what the file says. It is plain data. */
export type Change = {
  readonly sign: '+' | '~' | '-'
  /** For people, without the sign. */
  readonly text: string
  readonly method: 'POST' | 'PATCH' | 'DELETE'
  /** Below `/api`, segment by segment. */
  readonly path: readonly (string | Ref)[]
  readonly body?: Json
  /** Names the thing whose id the answer carries. */
  readonly creates?: string
  /** Members that the answer must have: Logto ignores what it does not take, with 200. */
  readonly expects?: { readonly [name: string]: Json }
}

/** The ids that `Ref`s stand for. */
export type Ids = Map<string, string>

export const resourceKey = (indicator: string) => `resource ${indicator}`
export const permissionKey = (indicator: string, name: string) => `permission ${indicator} ${name}`
export const roleKey = (name: string) => `role ${name}`
export const applicationKey = (name: string) => `application ${name}`

export function ref(key: string): Ref {
  return { ref: key }
}

/** A value with ids in place of references. Throws where one is not known, which is a mistake of the plan. */
export function resolveRefs(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveRefs(item, ids))
  if (!isJsonObject(value)) return value
  if (typeof value['ref'] === 'string') {
    const id = ids.get(value['ref'])
    if (id === undefined) throw new Error(`nothing is known of the ${value['ref']}`)
    return id
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolveRefs(member, ids)]))
}

/** Where an answer is not what was asked for: the dotted name of the first such member. */
export function firstDifference(expected: unknown, answer: unknown, at = ''): string | undefined {
  if (Array.isArray(expected)) {
    const items = Array.isArray(answer) ? answer : []
    return expected.every((item) => items.includes(item)) ? undefined : at
  }
  if (!isJsonObject(expected)) return expected === answer ? undefined : at
  if (!isJsonObject(answer)) return at || 'everything'
  for (const [name, member] of Object.entries(expected)) {
    const difference = firstDifference(member, answer[name], at === '' ? name : `${at}.${name}`)
    if (difference !== undefined) return difference
  }
  return undefined
}
