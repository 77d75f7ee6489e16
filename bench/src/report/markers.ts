/** `<!-- name -->` begins what is generated, `<!-- /name -->` ends it; any other comment is left alone. */
const marker = /<!-- (\/?)([a-z0-9-]+) -->/g

/**
 * A page with what is between its markers replaced. On lines of their own they hold a block, within a line
 * some words. Throws for a marker that has no partner and for a name that `part` does not know.
 */
export function fillMarkers(page: string, part: (name: string) => string | undefined): string {
  let filled = ''
  let from = 0
  for (const { name, start, end } of findMarked(page)) {
    const text = part(name)
    if (text === undefined) throw new Error(`the page asks for ${name}, which nobody writes`)
    filled += page.slice(from, start)
    filled += page.startsWith('\n', start) ? `\n\n${text}\n\n` : text
    from = end
  }
  return filled + page.slice(from)
}

type Marked = { readonly name: string; readonly start: number; readonly end: number }

function findMarked(page: string): Marked[] {
  const marked: Marked[] = []
  let open: { name: string; start: number } | undefined
  for (const { 0: text, 1: slash, 2: name = '', index } of page.matchAll(marker)) {
    if (slash === '' && open === undefined) open = { name, start: index + text.length }
    else if (slash === '/' && open?.name === name) {
      marked.push({ ...open, end: index })
      open = undefined
    } else throw new Error(`${text} is out of place`)
  }
  if (open !== undefined) throw new Error(`<!-- ${open.name} --> has no end`)
  return marked
}
