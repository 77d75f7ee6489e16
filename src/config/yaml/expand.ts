import type { FileReader } from '../file-reader.ts'

export type ExpandContext = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Reads the files in `${file:...}`. */
  readonly files: FileReader
}

/** The expanded text, or every reason why there is none. A reason names the variable, never its value. */
export type Expansion =
  | { readonly text: string }
  | {
      readonly problems: readonly string[]
      /** Nothing is wrong but that a variable or a file is not there. */
      readonly isUnset: boolean
    }

/** A brace inside would be another reference, or make it unclear which brace is the end. */
const reference = /\$\$\{|\$\{([^{}]*)\}|\$\{/g
const howToWrite = 'write ${NAME}, ${NAME:-default} or ${file:PATH}, or $${ for the characters themselves'

const malformed = `a reference is not closed by }, or holds another brace: ${howToWrite}`

/** Replaces `${NAME}`, `${NAME:-default}` and `${file:PATH}`; `$${` is a literal `${`. */
export function expand(source: string, context: ExpandContext): Expansion {
  const problems = new Map<string, boolean>()
  const text = source.replace(reference, (whole, body: string | undefined) => {
    if (whole === '$${') return '${'
    const value = lookUp(body, context)
    if ('problem' in value) problems.set(value.problem, value.isUnset === true)
    return 'text' in value ? value.text : ''
  })
  // When the braces do not match, the text between them says nothing.
  if (problems.has(malformed)) return { problems: [malformed], isUnset: false }
  if (problems.size === 0) return { text }
  return { problems: [...problems.keys()], isUnset: [...problems.values()].every(Boolean) }
}

type Found = { readonly text: string } | { readonly problem: string; readonly isUnset?: true }

function lookUp(body: string | undefined, { env, files }: ExpandContext): Found {
  if (body === undefined) return { problem: malformed }
  if (body.startsWith('file:')) return readSecret(body.slice('file:'.length), files)
  const [, name, fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(body) ?? []
  if (name === undefined) return { problem: `not a reference: ${howToWrite}` }
  const value = env[name]
  const text = value === undefined || value === '' ? fallback : value
  if (text === undefined)
    return {
      problem: `the variable ${name} is unset or empty: set it, or write \${${name}:-default}`,
      isUnset: true,
    }
  return checked(text, `the variable ${name}`)
}

/** A line break would end a header field, a NUL a file name: both could smuggle something in. */
function checked(text: string, what: string): Found {
  if (/[\r\n\0]/.test(text)) return { problem: `${what} holds a line break or a NUL: take it out` }
  return { text }
}

/** Most files that hold a secret end with a line break, which is no part of it. */
function readSecret(fileName: string, files: FileReader): Found {
  const content = files.read(fileName, 'create it, or correct the name')
  if ('fault' in content) {
    const { kind, message } = content.fault
    return { problem: `the file ${fileName} ${message}`, ...(kind === 'missing' && { isUnset: true }) }
  }
  const text = content.bytes.toString('utf8').replace(/\r?\n$/, '')
  if (text === '') return { problem: `the file ${fileName} is empty` }
  return checked(text, `the file ${fileName}`)
}
