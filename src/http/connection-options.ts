import { memo } from '../memo.ts'

/** The meaning of a Connection value (RFC 9110 section 7.6.1). */
export type ConnectionOptions = {
  /**
   * Lower-cased names of the fields that are meant for this hop only. Content-Length and Content-Type are
   * never among them: without these a body means something else, and no peer may take them away.
   */
  readonly fields: readonly string[]
  /** It lists `upgrade`. */
  readonly upgrade: boolean
}

/** Reads one Connection value of either direction. */
export const connectionOptions: (value: string) => ConnectionOptions = memo((value) => {
  const options = value
    .toLowerCase()
    .split(',')
    .map((option) => option.trim())
  return {
    fields: options.filter((option) => !namesNoField.has(option)),
    upgrade: options.includes('upgrade'),
  }
})

const namesNoField: ReadonlySet<string> = new Set([
  '',
  'close',
  'keep-alive',
  'upgrade',
  'content-length',
  'content-type',
])
