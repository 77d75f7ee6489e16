import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Pair, type Scalar } from 'yaml'
import { createEntries, type Entries } from './entries.ts'
import { type ExpandContext, expand } from './expand.ts'
import type { KeyPath } from './key-path.ts'
import { positionOfPair, type Span, spanOf } from './position.ts'

/** A document as plain values, and the entries of its lists and maps. */
export type Walked = Pick<Entries, 'positionOf' | 'isUnreadable'> & {
  /** A value that could not be read is undefined. */
  readonly value: unknown
}

type WalkContext = ExpandContext & {
  readonly lineOf: (span: Span) => number
  readonly report: (span: Span, path: KeyPath, message: string, isUnset?: boolean) => void
}

/** The most nodes that aliases may stand for in one file: a few nested ones could fill the memory. */
const aliasedNodesLimit = 1000
/** Every object inherits these names: a key of such a name would be lost, or change what objects inherit. */
const inheritedNames = ['__proto__', 'constructor', 'prototype']

/** Goes through the document once: duplicate and non-string keys, aliases, merge keys, references. */
export function walkDocument(root: unknown, context: WalkContext): Walked {
  const entries = createEntries()
  const anchors = new Map<string, unknown>()
  let aliasDepth = 0
  let aliasedNodes = 0

  function walk(node: unknown, path: KeyPath): unknown {
    if (aliasDepth > 0 && ++aliasedNodes > aliasedNodesLimit) return undefined
    if (aliasDepth === 0 && isNode(node) && 'anchor' in node && node.anchor) anchors.set(node.anchor, node)
    if (isAlias(node)) return walkAlias(node, path)
    if (isMap(node)) return walkMap(node.items, path)
    if (isSeq(node)) return walkList(node.items, path)
    return isScalar(node) ? readScalar(node, path, context) : null
  }

  function walkAlias(node: Alias, path: KeyPath): unknown {
    const target = anchors.get(node.source)
    if (target === undefined) return report(context, node, path, aliasOfNothing(node.source))
    const wasBelowLimit = aliasedNodes <= aliasedNodesLimit
    aliasDepth += 1
    const value = walk(target, path)
    aliasDepth -= 1
    if (aliasDepth > 0 || !wasBelowLimit || aliasedNodes <= aliasedNodesLimit) return value
    return report(context, node, path, aliasedTooOften)
  }

  function walkList(items: readonly unknown[], path: KeyPath): unknown[] {
    const list: unknown[] = []
    const positions = entries.positionsIn(list)
    for (const [i, item] of items.entries()) {
      positions.set(i, { key: spanOf(item), value: spanOf(item) })
      entries.enter(list, i, walk(item, [...path, i]))
    }
    return list
  }

  function walkMap(items: readonly Pair<unknown, unknown>[], path: KeyPath): Record<string, unknown> {
    const map: Record<string, unknown> = Object.create(null)
    const positions = entries.positionsIn(map)
    for (const item of items) {
      const name = readKey(item.key, path, context)
      if (name === undefined) continue
      const below = [...path, name]
      const first = positions.get(name)
      if (first !== undefined) {
        report(context, item.key, below, keyTwice(context.lineOf(first.key)))
        continue
      }
      positions.set(name, positionOfPair(item))
      const isMerge = name === '<<'
      entries.enter(map, name, isMerge ? report(context, item.key, below, mergeKey) : walk(item.value, below))
    }
    return map
  }

  return { ...entries, value: walk(root, []) }
}

function report(context: WalkContext, node: unknown, path: KeyPath, message: string): undefined {
  context.report(spanOf(node), path, message)
}

function readKey(node: unknown, path: KeyPath, context: WalkContext): string | undefined {
  const name = isScalar(node) ? node.value : undefined
  if (typeof name !== 'string') return report(context, node, path, keyType)
  if (name.includes('${')) return report(context, node, path, keyReference)
  if (inheritedNames.includes(name)) return report(context, node, path, `no key can be called ${name}`)
  return name
}

function readScalar(node: Scalar, path: KeyPath, context: WalkContext): unknown {
  const { value } = node
  if (typeof value !== 'string' || !value.includes('${')) return value
  const expansion = expand(value, context)
  if ('text' in expansion) return expansion.text
  for (const problem of expansion.problems) context.report(spanOf(node), path, problem, expansion.isUnset)
  return undefined
}

const aliasOfNothing = (name: string) =>
  `*${name} is a YAML alias of nothing: quote a text that starts with *`
const aliasedTooOften =
  'the aliases of this file stand for more than 1,000 nodes: write them out, or use fewer'
const keyTwice = (line: number) => `this key stands twice, first on line ${line}: keep one`
const mergeKey = 'merge keys are not read: write the keys out'
const keyType = 'a key must be a text: quote it, as in "{id}" or "404"'
const keyReference = 'references are replaced in values, never in keys: write the name out'
