/**
 * The members of a comma-separated field value (RFC 9110 section 5.6.1), trimmed, without empty ones. A comma
 * within a quoted string separates nothing: `private="a, public"` is one member. A quote that is never closed
 * is a character like any other. In linear time, whatever the value.
 */
export function splitList(value: string): string[] {
  const members: string[] = []
  /** No quote from here on is closed. */
  let unclosed = false
  let start = 0
  for (let i = 0; i <= value.length; i++) {
    const character = value[i]
    if (character === '"' && !unclosed) {
      const end = endOfQuoted(value, i)
      if (end < 0) unclosed = true
      else i = end
    } else if (character === ',' || character === undefined) {
      const member = value.slice(start, i).trim()
      if (member !== '') members.push(member)
      start = i + 1
    }
  }
  return members
}

/** Index of the quote that closes the quoted string at `start`; negative when there is none. */
function endOfQuoted(value: string, start: number): number {
  for (let i = start + 1; i < value.length; i++) {
    if (value[i] === '"') return i
    if (value[i] === '\\') i++
  }
  return -1
}
