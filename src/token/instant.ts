const form = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?:Z|([+-])(\d\d):(\d\d))$/i

/**
 * The time that a text names by RFC 3339, such as `2026-01-31T12:00:00Z` or `2026-01-31T13:00:00+01:00`, in
 * milliseconds since the epoch. Undefined for any other text, for a day that its month does not have, and for
 * a time before 1970. `Date.parse` alone takes almost everything, and makes of 30 February a day in March.
 */
export function parseInstant(text: string): number | undefined {
  const match = form.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number)
  const [offsetHour, offsetMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)]
  if (offsetHour > 23 || offsetMinute > 59) return undefined
  const local = `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}`
  const localMs = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second)
  // A part that is too large has run over into the next one.
  if (!Number.isFinite(localMs) || new Date(localMs).toISOString().slice(0, 19) !== local) return undefined
  const offsetMs = (offsetHour * 60 + offsetMinute) * 60_000 * (match[8] === '-' ? -1 : 1)
  const fractionMs = Math.floor(Number(match[7] ?? 0) * 1000)
  const instantMs = localMs + fractionMs - offsetMs
  return instantMs < 0 ? undefined : instantMs
}
