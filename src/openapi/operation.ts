import type { Members } from './members.ts'
import type { Place } from './place.ts'
import type { Security } from './security.ts'

/** One method of one path of a document, as it is written there. */
export type Operation = {
  /** In capitals. */
  readonly method: string
  /** The key under `paths`. */
  readonly template: string
  /** Undefined where there is none, or no text. */
  readonly id: string | undefined
  readonly summary: string | undefined
  readonly place: Place
  /** The parameters of its path, by name. */
  readonly parameters: ReadonlyMap<string, PathParameter>
  /** Servers of its own, or of its path. Undefined: those of the document. */
  readonly servers: unknown
  readonly security: Security
  /** Why nothing can be said about it: it is left out. */
  readonly fault: string | undefined
  /** The object itself, its reference followed; undefined where that is missing. */
  readonly value: Members | undefined
  /** The items of its path, whose parameters are its own, too. */
  readonly items: readonly Members[]
}

/** As much of a parameter as the form of a path depends on. */
export type PathParameter = {
  /** A regular expression that its value must match. */
  readonly pattern: string | undefined
  /** Its value may hold slashes, as an extension says. */
  readonly isMultiSegment: boolean
  /** `;id=5`: its value is written as a path parameter of RFC 3986. */
  readonly isMatrix: boolean
}

/** `GET /todos listTodos`, for people. */
export function operationName({ method, template, id }: Operation): string {
  return id === undefined ? `${method} ${template}` : `${method} ${template} ${id}`
}
