import { styleText } from 'node:util'
import { curl } from './curl.ts'
import type { Story, StoryLine } from './story.ts'
import { wrap } from './wrap.ts'

/** Characters a line. A terminal has rarely fewer. */
const width = 80

/** Two lines for each line of the story. The last one says whether everything came out as expected. */
export function formatStory({ lines }: Story): string {
  const details = lines.flatMap(({ detail }) => detail ?? [])
  const wrong = lines.filter(({ expected }) => !expected).length
  return [
    lines.map(formatLine).join('\n'),
    ...details.map(formatDetail),
    conclusion(lines.length, wrong),
  ].join('\n\n')
}

/** The story among everything that the demo prints, without the words that it quotes. */
export function storyOf(printed: readonly string[]): string {
  const story = printed.find((text) => text.includes('answers are as expected'))
  const [table = '', ...rest] = (story ?? '').split('\n\n')
  return `${table}\n\n${rest.at(-1)}`
}

/** `ok  alice        GET /todos   200  her role grants read`, and below it what the API saw. */
function formatLine({ expected, who, request, result, why, said }: StoryLine): string {
  const mark = expected ? styleText('green', 'ok') : styleText('red', 'NO')
  const first = [mark, who.padEnd(11), request.padEnd(11), result.padEnd(3), why].join('  ')
  return `${first}\n${' '.repeat('ok  nightly-job  '.length)}${styleText('gray', said)}`
}

function formatDetail(detail: string): string {
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

401: an opaque token holds no permission; the answer says how to get another.
  ${curl(gateway, read, '$OPAQUE')}

Sign in with a browser, as alice or bob:
  ${signInUrl}

Your own API instead of the sample:
  npm run demo -- --upstream http://localhost:3000

Ctrl-C stops everything.`
}
