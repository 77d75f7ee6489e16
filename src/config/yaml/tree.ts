import { parseDocument } from 'yaml'
import type { Issue } from '../issue.ts'
import type { ExpandContext } from './expand.ts'
import { createLineIndex } from './line-index.ts'
import type { Span } from './position.ts'
import { syntaxProblems } from './syntax.ts'
import { type Path, walkDocument } from './walk.ts'

export type { Path } from './walk.ts'

/** A YAML document as plain values, with the position of everything in it. */
export type YamlTree = {
  /** What could not be read (`isUnreadable`) is undefined here. */
  readonly value: unknown
  /** False when the text is no YAML: then `value` is null, and nothing more can be said about the file. */
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
  const issues = syntaxProblems(document).map(({ span, message }) => issue(span, [], message))
  const readable = issues.length === 0
  const walked = walkDocument(readable ? document.contents : undefined, {
    ...context,
    lineOf: (span) => lines.positionOf(span.start).line,
    report: (span, path, message) => void issues.push(issue(span, path, message)),
  })

  function issue(span: Span, path: Path, message: string, severity: Issue['severity'] = 'error'): Issue {
    const { line, column } = lines.positionOf(span.start)
    const length = Math.max(1, Math.min(span.end, lines.endOfLine(span.start)) - span.start)
    return { severity, line, column, length, path: path.join('.'), message }
  }

  return {
    value: walked.value,
    readable,
    issues,
    isUnreadable: (path) =>
      walkedAlong(path).some(({ container, key }) => walked.isUnreadable(container, key)),
    issueAt(path, message, { severity, at }) {
      let span: Span = { start: 0, end: 0 }
      for (const [i, { container, key }] of walkedAlong(path).entries()) {
        const place = walked.placeOf(container, key)
        if (place === undefined) break
        const onOneLine = place.value.start <= lines.endOfLine(place.key.start)
        span = i === path.length - 1 && at === 'value' && onOneLine ? place.value : place.key
      }
      return issue(span, path, message, severity)
    },
  }

  /** Each step of a path with the list or map that it goes through. */
  function walkedAlong(path: Path): { readonly container: unknown; readonly key: string | number }[] {
    let at = walked.value
    return path.map((key) => {
      const container = at
      at = entryOf(container, key)
      return { container, key }
    })
  }
}

/** Own members only: a path may be named like what objects inherit. */
function entryOf(container: unknown, key: string | number): unknown {
  if (typeof container !== 'object' || container === null || !Object.hasOwn(container, key)) return undefined
  return (container as Record<string | number, unknown>)[key] // hasOwn() says so.
}
