/** The text, or as many of its words as fit into so many characters, with an ellipsis behind them. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text
  const room = text.slice(0, most - 1)
  const end = room.search(/\s+\S*$/)
  // One word that is longer than all the room is cut inside, but not inside of a surrogate pair.
  const cut = end > 0 ? room.slice(0, end) : room.replace(/[\ud800-\udbff]$/, '')
  return `${cut.replace(/[\s,;:.–-]+$/, '')}…`
}
