import { describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { syntaxProblem } from '../../../../src/config/yaml/syntax.ts'

function problemOf(text: string) {
  const problem = syntaxProblem(parseDocument(text, { prettyErrors: false, resolveKnownTags: false }))
  return problem && { at: problem.span.start, message: problem.message }
}

describe('a text', () => {
  test('that is YAML has no problem', () => {
    expect(problemOf('a: 1\n')).toBeUndefined()
  })

  test.each([
    ['a: @x\n', 3, 'quote the text'],
    ['a:\n\tb: 1\n', 3, 'indent with spaces'],
    ['a: 1\n---\nb: 2\n', 5, 'write one document, without a line of dashes'],
    ['a: !env X\n', 3, 'leave the tag out'],
    ['%YAML 1.1\n---\na: 1\n', 0, 'take the %YAML line out'],
  ])('that is none, %j, is told where and what to do', (text, at, words) => {
    expect(problemOf(text)).toEqual({ at, message: expect.stringContaining(words) })
  })

  test('with an open quote is shown where the quote was opened', () => {
    expect(problemOf('a: 1\nb: "open\nc: 2\n')).toMatchObject({ at: 8 })
  })

  test('with several problems has its first one alone', () => {
    expect(problemOf('a: @x\nb: `y\nc: [\n')).toMatchObject({ at: 3 })
  })
})
