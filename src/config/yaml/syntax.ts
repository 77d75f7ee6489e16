import { type Document, type ErrorCode, visit, type YAMLError } from 'yaml'
import { type Span, spanOf } from './position.ts'

/** Where a text is no YAML, and why. */
export type SyntaxProblem = { readonly span: Span; readonly message: string }

/**
 * The first reason why this text is no YAML document; undefined when it is one. The others mostly follow from
 * the first: one quote that is missing makes six of them.
 */
export function syntaxProblem(document: Document.Parsed): SyntaxProblem | undefined {
  const { errors, warnings, directives } = document
  if (directives.yaml.explicit && directives.yaml.version !== '1.2')
    return { span: { start: 0, end: 0 }, message: 'this file is read as YAML 1.2: take the %YAML line out' }
  const problems = [...errors, ...warnings].map((error) => ({
    span: isOpenQuote(error) ? lastScalar(document) : { start: error.pos[0], end: error.pos[1] },
    message: messageOf(error),
  }))
  return problems.sort((a, b) => a.span.start - b.span.start)[0]
}

/** The library reports an open quote at the end of the file. The place where it was opened helps more. */
function isOpenQuote({ message }: YAMLError): boolean {
  return message.startsWith('Missing closing')
}

function lastScalar(document: Document.Parsed): Span {
  let last: Span = { start: 0, end: 0 }
  visit(document, {
    Scalar: (_key, node) => {
      last = spanOf(node)
    },
  })
  return last
}

/** The library says what is wrong; these texts add what to do about it. */
const mends: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'quote a text that starts with * or &',
  BAD_INDENT: 'line it up with its neighbours, and close what is open',
  BAD_SCALAR_START: 'quote the text',
  BLOCK_AS_IMPLICIT_KEY: 'put what stands behind the first colon on its own line, or quote it',
  MISSING_CHAR: 'put it in',
  MULTIPLE_DOCS: 'write one document, without a line of dashes',
  TAB_AS_INDENT: 'indent with spaces',
  TAG_RESOLVE_FAILED: 'leave the tag out: only plain texts, numbers, lists and maps are read',
}

function messageOf({ code, message }: YAMLError): string {
  const what = code === 'MULTIPLE_DOCS' ? 'the file holds more than one document' : message
  const mend = mends[code]
  return mend === undefined ? `not YAML: ${what}` : `not YAML: ${what}; ${mend}`
}
