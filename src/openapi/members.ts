/** An object of a document. It has no prototype, so that a member may have any name. */
export type Members = Readonly<Record<string, unknown>>

/** No list, and not null. */
export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
