import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml'
import { type ExpandContext, expand } from './expand.ts'
import type { Issue } from './issue.ts'

export type Path = readonly (string | number)[]

/** A YAML document as plain values, with the position of everything in it. */
export type YamlTree = {
  readonly value: unknown
  readonly issues: readonly Issue[]
  /** An issue at a path: at its key, or at the nearest thing above it that exists. */
  issueAt(path: Path, message: string, severity?: Issue['severity']): Issue
}

const aliasLimit = 1000

/** Walks the document once: positions, duplicate and non-string keys, aliases, merge keys, references in scalars. */
export function readYamlTree(text: string, context: ExpandContext): YamlTree {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    uniqueKeys: false,
    lineCounter: lines,
    keepSourceTokens: false,
  })
  const issues: Issue[] = []
  const offsets = new Map<string, number>()
  let aliased = 0

  function report(offset: number, path: Path, message: string, severity: Issue['severity'] = 'error'): Issue {
    const { line, col } = lines.linePos(offset)
    return { severity, line: Math.max(1, line), column: Math.max(1, col), path: path.join('.'), message }
  }

  function walk(node: unknown, path: Path): unknown {
    if (isAlias(node)) return walkAlias(node, path)
    if (isMap(node)) return walkMap(node.items, path)
    if (isSeq(node)) {
      return node.items.map((item, i) => {
        offsets.set(key([...path, i]), offsetOf(item))
        return walk(item, [...path, i])
      })
    }
    return isScalar(node) ? walkScalar(node.value, offsetOf(node), path) : null
  }

  function walkAlias(
    node: { source: string; resolve(document: Document): Node | undefined },
    path: Path,
  ): unknown {
    const target = node.resolve(document)
    aliased += 1
    if (target === undefined) {
      issues.push(
        report(
          offsetOf(node),
          path,
          `*${node.source} is a YAML alias of nothing: quote a text that starts with *`,
        ),
      )
      return undefined
    }
    if (aliased > aliasLimit) {
      if (aliased === aliasLimit + 1)
        issues.push(report(offsetOf(node), path, 'the aliases of this file expand to more than 1,000 nodes'))
      return undefined
    }
    return walk(target, path)
  }

  function walkMap(items: readonly Pair<unknown, unknown>[], path: Path): Record<string, unknown> {
    const value: Record<string, unknown> = Object.create(null)
    for (const item of items) {
      const name = isScalar(item.key) ? item.key.value : undefined
      const offset = offsetOf(item.key)
      if (typeof name !== 'string') {
        issues.push(report(offset, path, 'a key must be a text: quote it, as in "{id}" or "404"'))
        continue
      }
      const below = [...path, name]
      if (name === '<<') issues.push(report(offset, below, 'merge keys are not read: write the keys out'))
      else if (Object.hasOwn(value, name)) issues.push(report(offset, below, 'this key stands twice'))
      else {
        offsets.set(key(below), offset)
        value[name] = walk(item.value, below)
      }
    }
    return value
  }

  function walkScalar(value: unknown, offset: number, path: Path): unknown {
    if (typeof value !== 'string' || !value.includes('${')) return value
    const expansion = expand(value, context)
    if ('text' in expansion) return expansion.text
    issues.push(report(offset, path, expansion.problem))
    return undefined
  }

  for (const error of document.errors)
    issues.push(report(error.pos[0], [], error.message.split('\n')[0] ?? 'not YAML'))
  const value = document.errors.length > 0 ? undefined : walk(document.contents, [])
  return {
    value,
    issues,
    issueAt(path, message, severity) {
      for (let length = path.length; length > 0; length--) {
        const offset = offsets.get(key(path.slice(0, length)))
        if (offset !== undefined) return report(offset, path, message, severity)
      }
      return report(0, path, message, severity)
    },
  }
}

function key(path: Path): string {
  return JSON.stringify(path)
}

function offsetOf(node: unknown): number {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  return Array.isArray(range) ? Number(range[0]) : 0
}
