import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export type ExpandContext = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** `${file:...}` is resolved against it. */
  readonly folder: string
}

/** The expanded text, or why it cannot be had. The reason names the variable, never its value. */
export type Expansion = { readonly text: string } | { readonly problem: string }

const reference = /\$\$\{|\$\{([^}]*)\}/g

/** Replaces `${NAME}`, `${NAME:-default}` and `${file:PATH}`; `$${` is a literal `${`. */
export function expand(source: string, context: ExpandContext): Expansion {
  const problems: string[] = []
  const text = source.replace(reference, (whole, body: string | undefined) => {
    if (whole === '$${') return '${'
    const value = lookUp(body ?? '', context)
    if ('problem' in value) problems.push(value.problem)
    return 'text' in value ? value.text : ''
  })
  return problems[0] === undefined ? { text } : { problem: problems[0] }
}

function lookUp(body: string, { env, folder }: ExpandContext): Expansion {
  if (body.startsWith('file:'))
    return checked(readSecret(resolve(folder, body.slice(5))), `the file ${body.slice(5)}`)
  const [, name, fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(body) ?? []
  if (name === undefined)
    return { problem: 'a reference is written ${NAME}, ${NAME:-default} or ${file:PATH}' }
  const value = env[name]
  return checked(value === undefined || value === '' ? fallback : value, `the variable ${name}`)
}

function checked(value: string | undefined, what: string): Expansion {
  if (value === undefined)
    return { problem: `${what} is unset or empty or cannot be read, and no default is given` }
  if (/[\r\n\0]/.test(value)) return { problem: `${what} holds a line break or a NUL` }
  return { text: value }
}

function readSecret(fileName: string): string | undefined {
  try {
    const text = readFileSync(fileName, 'utf8').replace(/\r?\n$/, '')
    return text === '' ? undefined : text
  } catch {
    return undefined
  }
}
