/** A line for a terminal: a document may hold sequences that move the cursor or hide what was printed. */
export function printableLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?')
}
