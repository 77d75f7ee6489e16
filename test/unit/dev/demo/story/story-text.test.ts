import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import type { StoryLine } from '../../../../../src/dev/demo/story/story-line.ts'
import {
  conclusion,
  formatChapter,
  formatChecks,
  suggestions,
} from '../../../../../src/dev/demo/story/story-text.ts'

const line: StoryLine = {
  who: 'alice',
  request: 'GET /todos',
  result: '200',
  why: 'her role grants read',
  said: 'API saw X-User-Id: 7q6j4duell21, X-User-Scopes: read',
  detail: undefined,
  expected: true,
}

const plain = stripVTControlCharacters

it('marks each line, says below it what came back, and begins with the heading', () => {
  expect(plain(formatChapter({ heading: 'One more:', lines: [line, line] })).split('\n')).toEqual([
    'One more:',
    '',
    'ok  alice        GET /todos   200  her role grants read',
    '                 API saw X-User-Id: 7q6j4duell21, X-User-Scopes: read',
    'ok  alice        GET /todos   200  her role grants read',
    '                 API saw X-User-Id: 7q6j4duell21, X-User-Scopes: read',
  ])
})

it('concludes that all is well, or counts what went wrong', () => {
  const wrong = { ...line, expected: false }
  expect(plain(formatChapter({ lines: [wrong] }))).toContain('NO  alice')
  expect(plain(conclusion([line, line]))).toBe('All 2 answers are as expected.')
  expect(plain(conclusion([line, wrong]))).toBe('1 of 2 answers are NOT as expected.')
})

it('quotes the gateway below the table, in lines of 80 columns', () => {
  const text = plain(formatChapter({ lines: [{ ...line, detail: 'ask for a resource '.repeat(9).trim() }] }))
  expect(text).toContain('says:\n    ask for a resource')
  expect(text.split('\n').filter((one) => one.length > 80)).toEqual([])
})

it('shows each check of a pretend ChatGPT, and what to do about one that failed', () => {
  const passed = { title: 'The user signs in', outcome: 'passed', note: '' } as const
  const failed = {
    title: 'The code is exchanged',
    outcome: 'failed',
    note: 'It is 400',
    mend: 'do so',
  } as const
  expect(plain(formatChecks([passed, failed])).split('\n')).toEqual([
    'ok  The user signs in',
    'NO  The code is exchanged',
    '    It is 400. Mend: do so',
  ])
})

it('names each token once, and suggests a short command for 200, 403, 401 and an opaque token', () => {
  const tokens = { alice: 'ALICE', opaque: 'OPAQUE' }
  const text = suggestions({
    tokens,
    gateway: 'http://127.0.0.1:8080',
    signInUrl: 'http://page/',
    fileName: '/tmp/scopegate-demo-abcdef/gateway.yaml',
  })
  expect(text.match(/^ {2}curl .*$/gm)).toEqual([
    '  curl -i http://127.0.0.1:8080/todos -H "Authorization: Bearer $TOKEN"',
    '  curl -i -X POST http://127.0.0.1:8080/todos -H "Authorization: Bearer $TOKEN"',
    '  curl -i http://127.0.0.1:8080/todos',
    '  curl -i http://127.0.0.1:8080/todos -H "Authorization: Bearer $OPAQUE"',
  ])
  expect(text.match(/ALICE/g)).toHaveLength(1)
  expect(text.match(/OPAQUE$/gm)).toHaveLength(1)
  expect(text.split('\n').filter((one) => one.length > 80)).toEqual([])
  expect(text).toContain('http://page/')
})
