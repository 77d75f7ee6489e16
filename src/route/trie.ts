import type { AffixedSegment, PatternSegment } from './pattern.ts'

/**
 * Patterns by segment. Finds the most specific one that matches, whatever the order in which they were added.
 */
export type Trie<T> = {
  /** The value that was already there for the same set of paths, or undefined when this one was added. */
  add(segments: readonly PatternSegment[], value: T): T | undefined
  find(path: string): T | undefined
}

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
 */
function match<T>(node: Node<T>, path: string, from: number): T | undefined {
  if (from >= path.length) return node.end ?? node.rest
  const slash = path.indexOf('/', from)
  const until = slash === -1 ? path.length : slash
  const literal = node.literals.get(path.slice(from, until))
  const exact = literal && match(literal, path, until + 1)
  if (exact !== undefined) return exact
  const affixed = node.affixed && matchAffixed(node.affixed, path, from, until)
  if (affixed !== undefined) return affixed
  const wild = until > from && node.wildcard ? match(node.wildcard, path, until + 1) : undefined
  return wild ?? node.rest
}

function matchAffixed<T>(
  { nodes, lengths }: AffixedNodes<T>,
  path: string,
  from: number,
  until: number,
): T | undefined {
  for (const { prefix, suffix } of lengths) {
    const start = from + prefix
    const end = until - suffix
    if (start >= end || cutsEscape(path, end)) continue
    const child = nodes.get(affixKey(path.slice(from, start), path.slice(end, until)))
    const found = child && match(child, path, until + 1)
    if (found !== undefined) return found
  }
  return undefined
}

/** Else `/{id}20` would match `/a%20`, which no server reads so. A prefix holds whole escapes and cuts none. */
function cutsEscape(path: string, at: number): boolean {
  return path[at - 1] === '%' || path[at - 2] === '%'
}
