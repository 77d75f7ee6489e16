import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import type { Story, StoryLine } from '../../../../src/dev/demo/story.ts'
import { formatStory, suggestions } from '../../../../src/dev/demo/story-text.ts'

const line: StoryLine = {
  who: 'alice',
  request: 'GET /todos',
  result: '200',
  why: 'her role grants read',
  said: 'API saw X-User-Id: 7q6j4duell21, X-User-Scopes: read',
  detail: undefined,
  expected: true,
}

function story(...lines: StoryLine[]): Story {
  return { lines, tokens: { alice: 'ALICE', opaque: 'OPAQUE' } }
}

const format = (given: Story) => stripVTControlCharacters(formatStory(given))

it('marks each line, says below it what came back, and concludes that all is well', () => {
  expect(format(story(line, line)).split('\n')).toEqual([
    'ok  alice        GET /todos   200  her role grants read',
    '                 API saw X-User-Id: 7q6j4duell21, X-User-Scopes: read',
    'ok  alice        GET /todos   200  her role grants read',
    '                 API saw X-User-Id: 7q6j4duell21, X-User-Scopes: read',
    '',
    'All 2 answers are as expected.',
  ])
})

it('counts what went wrong', () => {
  const text = format(story(line, { ...line, expected: false }))
  expect(text).toContain('NO  alice')
  expect(text).toContain('1 of 2 answers are NOT as expected.')
})

it('quotes the gateway below the table, in lines of 80 columns', () => {
  const text = format(story({ ...line, detail: 'ask for a resource '.repeat(9).trim() }))
  expect(text).toContain('says:\n    ask for a resource')
  expect(text.split('\n').filter((one) => one.length > 80)).toEqual([])
})

it('names each token once, and suggests a short command for 200, 403 and both kinds of 401', () => {
  const text = suggestions(story(line), 'http://127.0.0.1:8080', 'http://page/')
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
