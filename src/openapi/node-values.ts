import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { isMembers, type Members } from './members.ts'

type Key = string | number

/** The values of a YAML document, and where they are written. Offsets are in UTF-16 code units. */
export type NodeValues = {
  readonly value: unknown
  /** Of every object and list: where its members or items begin. */
  readonly offsets: WeakMap<object, Map<Key, number>>
  /** Keys that are written twice in their map. */
  readonly twice: WeakMap<object, Set<string>>
  readonly problems: readonly NodeProblem[]
}

type NodeProblem = {
  readonly offset: number
  readonly message: (lineOf: (offset: number) => number) => string
}

/**
 * The most nodes that aliases may stand for. A few nested ones could stand for more than any memory holds,
 * and whoever writes a document out again without them would fill it.
 */
const aliasedNodesLimit = 100_000

/** Thrown where the whole document cannot be used. */
export class UnreadableNode extends Error {
  readonly offset: number

  constructor(node: unknown, message: string) {
    super(message)
    this.offset = offsetOf(node)
  }
}

/** A node with an anchor: its value, and how many nodes it stands for. Undefined while it is being read. */
type Anchored = { readonly value: unknown; readonly size: number } | undefined

type Walk = Omit<NodeValues, 'value'> & {
  readonly problems: NodeProblem[]
  readonly anchors: Map<string, Anchored>
  nodes: number
  aliasedNodes: number
}

/** Goes through a document once: anchors, aliases, merge keys, duplicates. Throws an `UnreadableNode`. */
export function readNodeValues(root: unknown): NodeValues {
  const walk: Walk = {
    ...{ offsets: new WeakMap(), twice: new WeakMap(), problems: [] },
    ...{ anchors: new Map(), nodes: 0, aliasedNodes: 0 },
  }
  return { ...walk, value: read(root, walk) }
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}

function read(node: unknown, walk: Walk): unknown {
  walk.nodes += 1
  if (isAlias(node)) return readAlias(node, walk)
  const anchor = isNode(node) && 'anchor' in node ? node.anchor : undefined
  if (anchor === undefined) return readPlain(node, walk)
  const before = walk.nodes
  walk.anchors.set(anchor, undefined)
  const value = readPlain(node, walk)
  walk.anchors.set(anchor, { value, size: walk.nodes - before + 1 })
  return value
}

function readPlain(node: unknown, walk: Walk): unknown {
  if (isMap(node)) return readMap(node, walk)
  if (isSeq(node)) return readList(node, walk)
  return isScalar(node) ? node.value : null
}

/** All aliases of an anchor share one value. */
function readAlias(node: Alias, walk: Walk): unknown {
  const target = walk.anchors.get(node.source)
  if (target === undefined) {
    const isOpen = walk.anchors.has(node.source)
    throw new UnreadableNode(node, isOpen ? aliasOfItself(node.source) : aliasOfNothing(node.source))
  }
  walk.nodes += target.size
  walk.aliasedNodes += target.size
  if (walk.aliasedNodes > aliasedNodesLimit) throw new UnreadableNode(node, aliasedTooOften)
  return target.value
}

function readList(node: YAMLSeq, walk: Walk): unknown[] {
  const known = new Map<Key, number>()
  const list = node.items.map((item, index) => {
    known.set(index, offsetOf(item))
    return read(item, walk)
  })
  walk.offsets.set(list, known)
  return list
}

function readMap(node: YAMLMap, walk: Walk): Members {
  const members: Record<string, unknown> = Object.create(null)
  const merges: Pair[] = []
  walk.offsets.set(members, new Map())
  for (const pair of node.items) {
    const { key } = pair
    if (isMergeKey(key)) merges.push(pair)
    else if (isScalar(key)) addMember(members, pair, key, walk)
    else walk.problems.push({ offset: offsetOf(key), message: () => keyType })
  }
  // A key of the map itself wins, wherever it stands.
  for (const { value } of merges)
    for (const source of isSeq(value) ? value.items : [value]) merge(members, source, walk)
  return members
}

function addMember(members: Record<string, unknown>, pair: Pair, key: Scalar, walk: Walk): void {
  const name = key.source ?? String(key.value)
  const known = walk.offsets.get(members)
  const first = known?.get(name)
  const value = read(pair.value, walk)
  if (first === undefined) {
    known?.set(name, offsetOf(key))
    members[name] = value
    return
  }
  markTwice(members, name, walk)
  const message = (lineOf: (offset: number) => number) =>
    `this key stands twice, first on line ${lineOf(first)}: keep one`
  walk.problems.push({ offset: offsetOf(key), message })
}

function merge(members: Record<string, unknown>, source: unknown, walk: Walk): void {
  const merged = read(source, walk)
  if (!isMembers(merged)) throw new UnreadableNode(source, mergeValue)
  const known = walk.offsets.get(members)
  for (const [name, member] of Object.entries(merged)) {
    if (known?.has(name)) continue
    known?.set(name, walk.offsets.get(merged)?.get(name) ?? offsetOf(source))
    members[name] = member
    if (walk.twice.get(merged)?.has(name)) markTwice(members, name, walk)
  }
}

function markTwice(members: object, name: string, { twice }: Walk): void {
  const names = twice.get(members) ?? new Set()
  twice.set(members, names.add(name))
}

/** Quoted, it is a key like any other. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN'
}

const keyType = 'a key must be a text: this one and its value are not read'
const mergeValue = 'a merge key << takes a map, or a list of maps'
const aliasOfNothing = (name: string) =>
  `*${name} is a YAML alias of nothing: quote a text that starts with *`
const aliasOfItself = (name: string) => `*${name} is part of the node that it stands for: write it out`
const aliasedTooOften =
  'the aliases of this file stand for more than 100,000 nodes: write them out, or use fewer'
