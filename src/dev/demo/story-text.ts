import { styleText } from 'node:util'
import { curl } from './callback-page.ts'
import type { Story } from './story.ts'
import { formatTable, wrap } from './text-table.ts'

/**
 * The story as a table, `width` characters wide. Its last line says whether everything came out as expected.
 */
export function formatStory({ lines }: Story, width: number): string {
  const rows = lines.map(({ expected, who, request, answer, why }) => [
    expected ? 'ok' : 'NO',
    who,
    request,
    answer,
    why,
  ])
  const details = lines.flatMap(({ detail }) => detail ?? [])
  const quotes = details.map((detail) => quote(detail, width))
  const wrong = lines.filter(({ expected }) => !expected).length
  return [formatTable(columns, rows, { width }), ...quotes, conclusion(lines.length, wrong)].join('\n\n')
}

const columns = [
  ...['', 'who', 'request'].map((title) => ({ title })),
  ...['answer', 'why'].map((title) => ({ title, flexible: true })),
]

function quote(detail: string, width: number): string {
  const indent = '    '
  const lines = wrap(detail, width - indent.length).map((line) => `${indent}${line}`)
  return ['About the opaque token the gateway says:', ...lines].join('\n')
}

/** `styleText` adds no colour without a terminal or with NO_COLOR. */
function conclusion(all: number, wrong: number): string {
  if (wrong === 0) return styleText('green', `All ${all} answers are as expected.`)
  return styleText('red', `${wrong} of ${all} answers are NOT as expected.`)
}

/** Commands to paste, with tokens that work, and where to sign in. */
export function suggestions({ tokens }: Story, gateway: string, signInUrl: string): string {
  return `
Try it yourself.

200: alice may read.
${curl(gateway, 'GET /todos', tokens.alice)}

403: she may not write, and the answer says which scope that needs.
${curl(gateway, 'POST /todos', tokens.alice)}

401: without an access token nobody may.
${curl(gateway, 'GET /todos', undefined)}

401: an opaque token holds no API permission; the answer says how to get a better one.
${curl(gateway, 'GET /todos', tokens.opaque)}

Sign in with a browser (alice / alice-password, bob / bob-password): ${signInUrl}

Ctrl-C stops everything.`
}
