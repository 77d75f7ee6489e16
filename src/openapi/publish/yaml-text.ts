import type { Json } from './conversion.ts'

/**
 * JSON as YAML 1.2 in block style. Every text that could be read as anything else stands in quotes, in which
 * the escapes of JSON are those of YAML. A library takes a hundred times as long.
 */
export function yamlText(value: Json): string {
  const lines: string[] = []
  writeMembers(value, '', lines)
  return `${lines.join('\n')}\n`
}

function writeMembers(value: Json, indent: string, lines: string[]): void {
  if (isList(value)) for (const item of value) write(`${indent}-`, item, `${indent}  `, lines)
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value))
      write(keyOf(scalar(name), indent, lines), member, `${indent}  `, lines)
}

/** YAML 1.2 section 8.2.2: a key that stands before its value on one line has at most 1,024 characters. */
const longestKey = 1000

function keyOf(name: string, indent: string, lines: string[]): string {
  if (name.length <= longestKey) return `${indent}${name}:`
  lines.push(`${indent}? ${name}`)
  return `${indent}:`
}

/** `array.isArray` does not tell a list that is read-only from an object. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function write(head: string, value: Json, indent: string, lines: string[]): void {
  if (typeof value !== 'object' || value === null) return void lines.push(`${head} ${scalar(value)}`)
  if (Object.keys(value).length === 0) return void lines.push(`${head} ${isList(value) ? '[]' : '{}'}`)
  lines.push(head)
  writeMembers(value, indent, lines)
}

/** Letters in front, and nothing behind them that means anything in YAML. */
const plain = /^[A-Za-z][\w./-]*(?: [\w./-]+)*$/
/** Of YAML 1.1 too, which many libraries read. */
const meansMore = /^(?:y|n|yes|no|on|off|true|false|null)$/i
/** Characters that YAML does not print, while JSON does. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g

function scalar(value: null | boolean | number | string): string {
  if (typeof value !== 'string') return String(value)
  if (plain.test(value) && !meansMore.test(value)) return value
  return JSON.stringify(value).replace(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
