import type { PatternSegment } from './pattern.ts'

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
  wildcard: Node<T> | undefined
  end: T | undefined
  rest: T | undefined
}

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
  return { literals: new Map(), wildcard: undefined, end: undefined, rest: undefined }
}

function descend<T>(root: Node<T>, segments: readonly PatternSegment[]): Node<T> {
  let node = root
  for (const segment of segments) {
    if (segment.kind === 'literal') {
      const child = node.literals.get(segment.text) ?? createNode<T>()
      node.literals.set(segment.text, child)
      node = child
    } else {
      node.wildcard ??= createNode<T>()
      node = node.wildcard
    }
  }
  return node
}

/**
 * `from` is where the next segment starts. In order of specificity, coming back when a branch leads nowhere:
 * 1. the end of the path (a trailing slash does not count)  2. the same literal
 * 3. `{name}` or `*`, one non-empty segment                 4. `**`, the rest, also nothing
 */
function match<T>(node: Node<T>, path: string, from: number): T | undefined {
  if (from >= path.length) return node.end ?? node.rest
  const slash = path.indexOf('/', from)
  const until = slash === -1 ? path.length : slash
  const literal = node.literals.get(path.slice(from, until))
  const exact = literal && match(literal, path, until + 1)
  if (exact !== undefined) return exact
  const wild = until > from && node.wildcard ? match(node.wildcard, path, until + 1) : undefined
  return wild ?? node.rest
}
