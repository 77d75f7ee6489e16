/** With every character that is not of ASCII, or shows nothing, as in a URL. Spaces stay. */
export function percentEncoded(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  )
}
