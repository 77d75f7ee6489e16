import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Pair, type Scalar } from 'yaml'
import { type ExpandContext, expand } from './expand.ts'
import { type Place, placeOfPair, type Span, spanOf } from './position.ts'

export type Path = readonly (string | number)[]

/** A document as plain values. Lists and maps know where their entries stand, and which of them could not be read. */
export type Walked = {
  /** What could not be read is undefined. */
  readonly value: unknown
  placeOf(container: unknown, key: string | number): Place | undefined
  isUnreadable(container: unknown, key: string | number): boolean
}

type WalkContext = ExpandContext & {
  readonly lineOf: (span: Span) => number
  readonly report: (span: Span, path: Path, message: string) => void
}

const aliasedNodesLimit = 1000
/** Objects have these anyway: a key of this name would be lost, or would change what objects inherit. */
const inheritedNames = ['__proto__', 'constructor', 'prototype']

/** Goes through the document once: duplicate and non-string keys, aliases, merge keys, references in scalars. */
export function walkDocument(root: unknown, context: WalkContext): Walked {
  const places = new WeakMap<object, Map<string | number, Place>>()
  const unreadable = new WeakMap<object, Set<string | number>>()
  const anchors = new Map<string, unknown>()
  let aliasDepth = 0
  let aliasedNodes = 0

  function report(node: unknown, path: Path, message: string): undefined {
    context.report(spanOf(node), path, message)
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
    const wasBelowLimit = aliasedNodes <= aliasedNodesLimit
    aliasDepth += 1
    const value = walk(target, path)
    aliasDepth -= 1
    if (aliasDepth > 0 || !wasBelowLimit || aliasedNodes <= aliasedNodesLimit) return value
    return report(node, path, aliasedTooOften)
  }

  function walkList(items: readonly unknown[], path: Path): unknown[] {
    const list: unknown[] = []
    const known = placesIn(list)
    for (const [i, item] of items.entries()) {
      known.set(i, { key: spanOf(item), value: spanOf(item) })
      enter(list, i, walk(item, [...path, i]))
    }
    return list
  }

  function walkMap(items: readonly Pair<unknown, unknown>[], path: Path): Record<string, unknown> {
    const map: Record<string, unknown> = Object.create(null)
    const known = placesIn(map)
    for (const item of items) {
      const name = keyOf(item.key, path)
      if (name === undefined) continue
      const below = [...path, name]
      const first = known.get(name)
      if (first !== undefined) {
        report(item.key, below, `this key stands twice, first on line ${context.lineOf(first.key)}: keep one`)
        continue
      }
      known.set(name, placeOfPair(item))
      enter(map, name, name === '<<' ? report(item.key, below, mergeKey) : walk(item.value, below))
    }
    return map
  }

  function placesIn(container: object): Map<string | number, Place> {
    const known = new Map<string | number, Place>()
    places.set(container, known)
    return known
  }

  /** `undefined` says that an issue stands for this entry. */
  function enter(container: object, key: string | number, value: unknown): void {
    // A list is indexed by numbers, a map by names; both are filled here only.
    ;(container as Record<string | number, unknown>)[key] = value
    if (value === undefined) unreadable.set(container, (unreadable.get(container) ?? new Set()).add(key))
  }

  function keyOf(node: unknown, path: Path): string | undefined {
    const name = isScalar(node) ? node.value : undefined
    if (typeof name !== 'string') return report(node, path, keyType)
    if (name.includes('${')) return report(node, path, keyReference)
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

  return {
    value: walk(root, []),
    placeOf: (container, key) => (isObject(container) ? places.get(container)?.get(key) : undefined),
    isUnreadable: (container, key) => isObject(container) && unreadable.get(container)?.has(key) === true,
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

const aliasedTooOften =
  'the aliases of this file stand for more than 1,000 nodes: write them out, or use fewer'
const mergeKey = 'merge keys are not read: write the keys out'
const keyType = 'a key must be a text: quote it, as in "{id}" or "404"'
const keyReference = 'references are replaced in values, never in keys: write the name out'
