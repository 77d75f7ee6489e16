import { parseDocument } from 'yaml'
import type { Issue } from '../issue.ts'
import type { ExpandContext } from './expand.ts'
import type { KeyPath } from './key-path.ts'
import { createLineIndex } from './line-index.ts'
import type { Span } from './position.ts'
import { syntaxProblem } from './syntax.ts'
import { walkDocument } from './walk.ts'

/** A YAML document as plain values, with the position of everything in it. */
export type YamlTree = {
  /** A value that could not be read (`isUnreadable`) is undefined here. */
  readonly value: unknown
  /** False when the text is no YAML: then `value` is null, and nothing more can be said about the file. */
  readonly readable: boolean
  readonly issues: readonly Issue[]
  /** True when an issue already says why there is no value at this path. */
  isUnreadable(path: KeyPath): boolean
  /** An issue at a path: at its value or its key, or at the nearest entry above it that exists. */
  issueAt(
    path: KeyPath,
    message: string,
    options: { readonly severity: Issue['severity']; readonly part: EntryPart },
  ): Issue
}

/** The part of an entry that an issue is about. A value that starts on a later line is shown by its key. */
export type EntryPart = 'key' | 'value'

/** Reads YAML 1.2 with the core schema, without its merge keys, and with references expanded. */
export function readYamlTree(text: string, context: ExpandContext): YamlTree {
  const lines = createLineIndex(text)
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    prettyErrors: false,
    // Finding duplicates is left to the walk: the library takes quadratic time.
    uniqueKeys: false,
  })
  const problem = syntaxProblem(document)
  const issues = problem === undefined ? [] : [issue(problem.span, [], problem.message)]
  const readable = problem === undefined
  const walked = walkDocument(readable ? document.contents : undefined, {
    ...context,
    lineOf: (span) => lines.lineAndColumn(span.start).line,
    report: (span, path, message, isUnset) =>
      void issues.push({ ...issue(span, path, message), ...(isUnset === true && { isUnset }) }),
  })

  function issue(span: Span, path: KeyPath, message: string, severity: Issue['severity'] = 'error'): Issue {
    const { line, column } = lines.lineAndColumn(span.start)
    const length = Math.max(1, Math.min(span.end, lines.endOfLine(span.start)) - span.start)
    return { severity, line, column, length, path: path.join('.'), message }
  }

  return {
    value: walked.value,
    readable,
    issues,
    isUnreadable: (path) =>
      stepsAlong(path, walked.value).some(({ container, key }) => walked.isUnreadable(container, key)),
    issueAt(path, message, { severity, part }) {
      let span: Span = { start: 0, end: 0 }
      for (const [i, { container, key }] of stepsAlong(path, walked.value).entries()) {
        const position = walked.positionOf(container, key)
        if (position === undefined) break
        const isOnOneLine = position.value.start <= lines.endOfLine(position.key.start)
        const isValue = i === path.length - 1 && part === 'value' && isOnOneLine
        span = isValue ? position.value : position.key
      }
      return issue(span, path, message, severity)
    },
  }
}

/** One step of a path: the list or map that it goes through, and the key that it takes there. */
type Step = { readonly container: unknown; readonly key: string | number }

function stepsAlong(path: KeyPath, root: unknown): Step[] {
  let container = root
  return path.map((key) => {
    const step = { container, key }
    container = entryOf(container, key)
    return step
  })
}

/** Own members only: a path may be named like something that objects inherit. */
function entryOf(container: unknown, key: string | number): unknown {
  if (typeof container !== 'object' || container === null || !Object.hasOwn(container, key)) return undefined
  return (container as Record<string | number, unknown>)[key] // hasOwn() says so.
}
