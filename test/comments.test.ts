import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** One line of a comment, and the line before it. */
type Comment = { readonly at: string; readonly text: string; readonly before: string }

/** The columns that the formatter gives the code. */
const columns = 110

const root = join(import.meta.dirname, '..')

/** Every line that is a comment and nothing else. */
const comments: readonly Comment[] = ['src', 'test'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => commentsIn(join(folder, name))),
)

function commentsIn(file: string): Comment[] {
  return readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((text, i, lines) => ({ at: `${file}:${i + 1}`, text, before: lines[i - 1] ?? '' }))
    .filter(({ text }) => /^\s*(?:\/\/|\/\*|\*)/.test(text))
}

const where = (matches: (comment: Comment) => boolean) => comments.filter(matches).map(({ at }) => at)

describe('a comment', () => {
  test('is no longer than a line of the code', () => {
    expect(where(({ text }) => text.length > columns)).toEqual([])
  })

  test('is a sentence, which does not begin with What', () => {
    const isBeginning = ({ text, before }: Comment) => !/^\s*\*/.test(text) || before.endsWith('/**')
    const isClause = ({ text }: Comment) => /^\s*(?:\/\/|\/\*\*|\*) What(?:ever)? /.test(text)
    expect(where((comment) => isClause(comment) && isBeginning(comment))).toEqual([])
  })

  test('cites no document that is not in the repository', () => {
    const isMissing = (name: string) => !existsSync(join(root, name)) && !existsSync(join(root, 'docs', name))
    expect(where(({ text }) => (text.match(/[\w./-]+\.md\b/g) ?? []).some(isMissing))).toEqual([])
  })
})
