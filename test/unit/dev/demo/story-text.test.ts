import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import type { Story, StoryLine } from '../../../../src/dev/demo/story.ts'
import { formatStory, suggestions } from '../../../../src/dev/demo/story-text.ts'

const line: StoryLine = {
  who: 'alice',
  request: 'GET /todos',
  answer: '200',
  why: 'her role grants read',
  detail: undefined,
  expected: true,
}

function story(...lines: StoryLine[]): Story {
  return { lines, tokens: { alice: 'ALICE', opaque: 'OPAQUE' } }
}

const format = (given: Story) => stripVTControlCharacters(formatStory(given, 80))

it('marks each line and concludes that all is well', () => {
  const text = format(story(line, line))
  expect(text.split('\n')[1]).toBe('ok  alice  GET /todos  200     her role grants read')
  expect(text).toContain('All 2 answers are as expected.')
})

it('counts what went wrong', () => {
  const text = format(story(line, { ...line, expected: false }))
  expect(text).toContain('NO  alice')
  expect(text).toContain('1 of 2 answers are NOT as expected.')
})

it('quotes the gateway below the table', () => {
  expect(format(story({ ...line, detail: 'ask for a resource' }))).toContain(
    'says:\n    ask for a resource\n',
  )
})

it('suggests a command for 200, 403 and both kinds of 401', () => {
  const text = suggestions(story(line), 'http://gateway', 'http://page/')
  expect(text.match(/^curl .*$/gm)).toEqual([
    "curl -i -H 'Authorization: Bearer ALICE' http://gateway/todos",
    "curl -i -X POST -H 'Authorization: Bearer ALICE' http://gateway/todos",
    'curl -i http://gateway/todos',
    "curl -i -H 'Authorization: Bearer OPAQUE' http://gateway/todos",
  ])
  expect(text).toContain('http://page/')
})
