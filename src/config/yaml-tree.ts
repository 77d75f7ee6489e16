import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml'
import { type ExpandContext, expand } from './expand.ts'
import type { Issue } from './issue.ts'
import { type Place, placeOfPair, type Span, spanOf } from './place.ts'
import { syntaxProblems } from './yaml-syntax.ts'

export type Path = readonly (string | number)[]

/** A YAML document as plain values, with the position of everything in it. */
export type YamlTree = {
  /** What could not be read (`isUnreadable`) is undefined here. */
  readonly value: unknown
  /** False when the text is no YAML: then `value` is undefined, and nothing more can be said about the file. */
  readonly readable: boolean
  readonly issues: readonly Issue[]
  /** True when an issue already says why there is no value at this path. */
  isUnreadable(path: Path): boolean
  /** An issue at a path: at its value or its key, or at the nearest thing above it that exists. */
  issueAt(
    path: Path,
    message: string,
    options: { readonly severity: Issue['severity']; readonly at: At },
  ): Issue
}

/** What of an entry is meant. A value that starts on a later line than its key is shown by the key. */
export type At = 'key' | 'value'

const aliasedNodesLimit = 1000
/** Objects have these anyway: a key of this name would be lost, or would change what objects inherit. */
const inheritedNames = ['__proto__', 'constructor', 'prototype']

/** Walks the document once: positions, duplicate and non-string keys, aliases, merge keys, references in scalars. */
export function readYamlTree(text: string, context: ExpandContext): YamlTree {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    prettyErrors: false,
    uniqueKeys: false,
    lineCounter: lines,
    keepSourceTokens: false,
  })
  const issues: Issue[] = []
  const places = new WeakMap<object, Map<string | number, Place>>()
  const unreadable = new WeakMap<object, Set<string | number>>()
  const anchors = new Map<string, unknown>()
  let aliasDepth = 0
  let aliasedNodes = 0

  function issue(span: Span, path: Path, message: string, severity: Issue['severity'] = 'error'): Issue {
    const { line, col } = lines.linePos(span.start)
    const lineEnd = text.indexOf('\n', span.start)
    const end = Math.min(span.end, lineEnd === -1 ? text.length : lineEnd)
    return {
      severity,
      line: Math.max(1, line),
      column: Math.max(1, col),
      length: Math.max(1, end - span.start),
      path: path.join('.'),
      message,
    }
  }

  function report(node: unknown, path: Path, message: string): undefined {
    issues.push(issue(spanOf(node), path, message))
  }

  function walk(node: unknown, path: Path): unknown {
    if (aliasDepth > 0 && ++aliasedNodes > aliasedNodesLimit) return undefined
    if (aliasDepth === 0 && isNode(node) && 'anchor' in node && node.anchor) anchors.set(node.anchor, node)
    if (isAlias(node)) return walkAlias(node, path)
    if (isMap(node)) return walkMap(node.items, path)
    if (isSeq(node)) return walkList(node.items, path)
    return isScalar(node) ? walkScalar(node, path) : null
  }

  function walkAlias(node: Alias, path: Path): unknown {
    const target = anchors.get(node.source)
    if (target === undefined)
      return report(node, path, `*${node.source} is a YAML alias of nothing: quote a text that starts with *`)
    const before = aliasedNodes
    aliasDepth += 1
    const value = walk(target, path)
    aliasDepth -= 1
    if (before <= aliasedNodesLimit && aliasedNodes > aliasedNodesLimit && aliasDepth === 0)
      return report(
        node,
        path,
        'the aliases of this file stand for more than 1,000 nodes: write them out, or use fewer',
      )
    return value
  }

  function walkList(items: readonly unknown[], path: Path): unknown[] {
    const list: unknown[] = []
    const known = new Map<string | number, Place>()
    places.set(list, known)
    for (const [i, item] of items.entries()) {
      known.set(i, { key: spanOf(item), value: spanOf(item) })
      enter(list, i, walk(item, [...path, i]))
    }
    return list
  }

  function walkMap(items: readonly Pair<unknown, unknown>[], path: Path): Record<string, unknown> {
    const map: Record<string, unknown> = Object.create(null)
    const known = new Map<string | number, Place>()
    places.set(map, known)
    for (const item of items) {
      const name = keyOf(item.key, path)
      if (name === undefined) continue
      const first = known.get(name)
      if (first !== undefined) {
        const { line } = lines.linePos(first.key.start)
        report(item.key, [...path, name], `this key stands twice, first on line ${line}: keep one of them`)
        continue
      }
      known.set(name, placeOfPair(item))
      if (name === '<<') {
        report(item.key, [...path, name], 'merge keys are not read: write the keys out')
        enter(map, name, undefined)
      } else enter(map, name, walk(item.value, [...path, name]))
    }
    return map
  }

  /** `undefined` says that an issue stands for this entry. */
  function enter(container: object, key: string | number, value: unknown): void {
    // A list is indexed by numbers, a map by names; both are filled here only.
    ;(container as Record<string | number, unknown>)[key] = value
    if (value === undefined) unreadable.set(container, (unreadable.get(container) ?? new Set()).add(key))
  }

  function keyOf(node: unknown, path: Path): string | undefined {
    const name = isScalar(node) ? node.value : undefined
    if (typeof name !== 'string')
      return report(node, path, 'a key must be a text: quote it, as in "{id}" or "404"')
    if (name.includes('${'))
      return report(node, path, 'references are replaced in values, never in keys: write the name out')
    if (inheritedNames.includes(name)) return report(node, path, `no key can be called ${name}`)
    return name
  }

  function walkScalar(node: Scalar, path: Path): unknown {
    const { value } = node
    if (typeof value !== 'string' || !value.includes('${')) return value
    const expansion = expand(value, context)
    if ('text' in expansion) return expansion.text
    for (const problem of expansion.problems) report(node, path, problem)
    return undefined
  }

  for (const { span, message } of syntaxProblems(document)) issues.push(issue(span, [], message))
  const readable = issues.length === 0
  const value = readable ? walk(document.contents, []) : undefined
  return {
    value,
    readable,
    issues,
    isUnreadable(path) {
      let at = value
      for (const key of path) {
        if (typeof at !== 'object' || at === null) return false
        if (unreadable.get(at)?.has(key)) return true
        // Own members only: see `inheritedNames`.
        at = Object.hasOwn(at, key) ? (at as Record<string | number, unknown>)[key] : undefined
      }
      return false
    },
    issueAt(path, message, { severity, at }) {
      let span: Span = { start: 0, end: 0 }
      let above = value
      for (const [i, key] of path.entries()) {
        const place = typeof above === 'object' && above !== null ? places.get(above)?.get(key) : undefined
        if (place === undefined) break
        const onOneLine = lines.linePos(place.key.start).line === lines.linePos(place.value.start).line
        const whole = i === path.length - 1
        span = whole && at === 'value' && onOneLine ? place.value : place.key
        above = (above as Record<string | number, unknown>)[key] // `places` knows only what was walked.
      }
      return issue(span, path, message, severity)
    },
  }
}
