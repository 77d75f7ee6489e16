import type { AffixedSegment, PatternSegment } from './pattern.ts'

/**
 * Patterns by segment. Finds the most specific one that matches, whatever the order in which they were added.
 */
export type Trie<T> = {
  /** The value that was already there for the same set of paths, or undefined when this one was added. */
  add(segments: readonly PatternSegment[], value: T): T | undefined
  find(path: string): T | undefined
  /**
   * The same, where a segment before the last may be a script and all behind it the path that the script is
   * given: `/admin.php/x` is then also read as `/admin/x` or as `/admin`, and `/index.php/x` as `/x`.
   * `stemOf` takes the extension off; undefined when there is none. A literal that is declared with its
   * extension is no script.
   */
  findScript(path: string, stemOf: StemOf): T | undefined
}

type StemOf = (segment: string) => string | undefined

type Node<T> = {
  readonly literals: Map<string, Node<T>>
  affixed: AffixedNodes<T> | undefined
  wildcard: Node<T> | undefined
  end: T | undefined
  rest: T | undefined
}

/** The nodes behind `{name}` with literals around it. */
type AffixedNodes<T> = {
  /** By `affixKey`: looked up with each pair of lengths, however many nodes there are. */
  readonly nodes: Map<string, Node<T>>
  /** Lengths of the prefixes and suffixes, the most specific first. */
  lengths: readonly AffixLengths[]
}

type AffixLengths = { readonly prefix: number; readonly suffix: number }

export function createTrie<T>(): Trie<T> {
  const root = createNode<T>()
  return {
    add(segments, value) {
      const rest = segments.at(-1)?.kind === 'rest'
      const node = descend(root, rest ? segments.slice(0, -1) : segments)
      const known = rest ? node.rest : node.end
      if (known !== undefined) return known
      if (rest) node.rest = value
      else node.end = value
      return undefined
    },
    find: (path) => match(root, path, 1),
    findScript: (path, stemOf) => match(root, path, 1, stemOf),
  }
}

function createNode<T>(): Node<T> {
  return { literals: new Map(), affixed: undefined, wildcard: undefined, end: undefined, rest: undefined }
}

function descend<T>(root: Node<T>, segments: readonly PatternSegment[]): Node<T> {
  let node = root
  for (const segment of segments) {
    if (segment.kind === 'literal') {
      node = childOf(node.literals, segment.text)
    } else if (segment.kind === 'affixed') {
      node.affixed ??= { nodes: new Map(), lengths: [] }
      node = affixedChild(node.affixed, segment)
    } else {
      node.wildcard ??= createNode<T>()
      node = node.wildcard
    }
  }
  return node
}

function childOf<T>(nodes: Map<string, Node<T>>, key: string): Node<T> {
  const child = nodes.get(key) ?? createNode<T>()
  nodes.set(key, child)
  return child
}

function affixedChild<T>(affixed: AffixedNodes<T>, { prefix, suffix }: AffixedSegment): Node<T> {
  const lengths = { prefix: prefix.length, suffix: suffix.length }
  if (!affixed.lengths.some((known) => moreSpecific(known, lengths) === 0))
    affixed.lengths = [...affixed.lengths, lengths].sort(moreSpecific)
  return childOf(affixed.nodes, affixKey(prefix, suffix))
}

/** The more literal characters first, then the longer prefix. Two pairs that are equal here are the same. */
function moreSpecific(a: AffixLengths, b: AffixLengths): number {
  return b.prefix + b.suffix - (a.prefix + a.suffix) || b.prefix - a.prefix
}

/** No segment holds a slash. */
function affixKey(prefix: string, suffix: string): string {
  return `${prefix}/${suffix}`
}

/**
 * `from` is where the next segment starts. In order of specificity, coming back when a branch leads nowhere:
 * 1. the end of the path (a trailing slash does not count)
 * 2. the same literal
 * 3. `{name}` with the same literals around it
 * 4. `{name}` or `*`, one non-empty segment
 * 5. `**`, the rest, also nothing
 * With `stemOf`, a script comes between 3 and 4.
 */
function match<T>(node: Node<T>, path: string, from: number, stemOf?: StemOf): T | undefined {
  if (from >= path.length) return node.end ?? node.rest
  const slash = path.indexOf('/', from)
  const until = slash === -1 ? path.length : slash
  const segment = path.slice(from, until)
  const literal = node.literals.get(segment)
  const exact = literal && match(literal, path, until + 1, stemOf)
  if (exact !== undefined) return exact
  const affixed = node.affixed && matchAffixed(node.affixed, path, segment, until + 1, stemOf)
  if (affixed !== undefined) return affixed
  const script =
    stemOf && until < path.length ? matchScript(node, path, segment, until + 1, stemOf) : undefined
  if (script !== undefined) return script
  const wild = until > from && node.wildcard ? match(node.wildcard, path, until + 1, stemOf) : undefined
  return wild ?? node.rest
}

/** `behind` is where the segment behind this one starts. */
function matchAffixed<T>(
  { nodes, lengths }: AffixedNodes<T>,
  path: string,
  segment: string,
  behind: number,
  stemOf: StemOf | undefined,
): T | undefined {
  for (const { prefix, suffix } of lengths) {
    const end = segment.length - suffix
    if (prefix >= end || cutsEscape(segment, end)) continue
    const child = nodes.get(affixKey(segment.slice(0, prefix), segment.slice(end)))
    const found = child && match(child, path, behind, stemOf)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * Else `/{id}20` would match `/a%20`, which no server reads so. A prefix holds whole escapes and cuts none.
 */
function cutsEscape(segment: string, at: number): boolean {
  return segment[at - 1] === '%' || segment[at - 2] === '%'
}

function matchScript<T>(
  node: Node<T>,
  path: string,
  segment: string,
  behind: number,
  stemOf: StemOf,
): T | undefined {
  const stem = stemOf(segment)
  if (stem === undefined) return undefined
  const script = node.literals.get(stem)
  const named = script && (match(script, path, behind, stemOf) ?? script.end ?? script.rest)
  if (named !== undefined) return named
  // It stays at this node: many of them would take time that grows with a power of their number.
  if (stem === 'index') return match(node, path, behind)
  return node.affixed && matchAffixed(node.affixed, path, stem, behind, stemOf)
}
