import { dirname } from 'node:path'
import { styleText } from 'node:util'
import type { Result } from '../../../commands/chatgpt/checklist.ts'
import { curl } from '../curl.ts'
import { wrap } from '../wrap.ts'
import type { StoryLine } from './story-line.ts'

/** Characters a line. A terminal has rarely fewer. */
const width = 80

const goodMark = styleText('green', 'ok')
const badMark = styleText('red', 'NO')

/** A part of the story, below a line that says what has changed. */
export type Chapter = { readonly heading?: string; readonly lines: readonly StoryLine[] }

/** Two lines for each line of the story, and the words that it quotes below its chapter. */
export function formatChapter({ heading, lines }: Chapter): string {
  const details = lines.flatMap(({ detail }) => detail ?? [])
  return [
    ...(heading === undefined ? [] : [heading]),
    lines.map(formatLine).join('\n'),
    ...details.map(formatDetail),
  ].join('\n\n')
}

/** `ok  alice        GET /todos   200  her role grants read`, and below it what the API saw. */
function formatLine({ expected, who, request, result, why, said }: StoryLine): string {
  const mark = expected ? goodMark : badMark
  const first = [mark, who.padEnd(11), request.padEnd(11), result.padEnd(3), why].join('  ')
  return `${first}\n${' '.repeat('ok  nightly-job  '.length)}${styleText('gray', said)}`
}

/** A line for each check of a pretend ChatGPT, and the mend below one that failed. */
export function formatChecks(results: readonly Result[]): string {
  const text = ({ outcome, title, note, mend }: Result) =>
    outcome === 'failed'
      ? `${badMark}  ${title}\n${quoted(`${note}. Mend: ${mend}`)}`
      : `${goodMark}  ${title}`
  return results.map(text).join('\n')
}

function formatDetail(detail: string): string {
  return `About the opaque token the gateway says:\n${quoted(detail)}`
}

function quoted(text: string): string {
  const indent = '    '
  const lines = wrap(text, width - indent.length)
  return lines.map((line) => `${indent}${line}`).join('\n')
}

/** Says whether everything came out as expected. Without a terminal, or with NO_COLOR, it has no colour. */
export function conclusion(lines: readonly Pick<StoryLine, 'expected'>[]): string {
  const wrong = lines.filter(({ expected }) => !expected).length
  if (wrong === 0) return styleText('green', `All ${lines.length} answers are as expected.`)
  return styleText('red', `${wrong} of ${lines.length} answers are NOT as expected.`)
}

export type Suggested = {
  /** alice's. */
  readonly tokens: { readonly alice: string; readonly opaque: string }
  readonly gateway: string
  readonly signInUrl: string
  /** The configuration that runs. */
  readonly fileName: string
}

/** Commands to paste, with tokens that work, and where to sign in. */
export function suggestions({ tokens, gateway, signInUrl, fileName }: Suggested): string {
  const read = { method: 'GET', path: '/todos' }
  const write = { method: 'POST', path: '/todos' }
  return `
Try it yourself, in another terminal. These are access tokens of alice:

TOKEN=${tokens.alice}
OPAQUE=${tokens.opaque}

200: alice may read.
  ${curl(gateway, read, '$TOKEN')}

403: she may not write, and the answer says which scope that needs.
  ${curl(gateway, write, '$TOKEN')}

401: without an access token nobody may.
  ${curl(gateway, read, undefined)}

200: an opaque token holds no permission; the gateway has it exchanged.
  ${curl(gateway, read, '$OPAQUE')}

Sign in with a browser, as alice or bob:
  ${signInUrl}

Be ChatGPT, with that sign-in (alice, alice-password):
  DEMO=${dirname(fileName)}
  export SCOPEGATE_CLIENT_SECRET=$(cat $DEMO/secrets/ChatGPT.secret)
  node dist/cli.js chatgpt doctor $DEMO/gateway.yaml

Your own API instead of the sample:
  npm run demo -- --upstream http://localhost:3000

Ctrl-C stops everything.`
}
