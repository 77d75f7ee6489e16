import { describe, expect, test } from 'vitest'
import { createFileReader } from '../../../src/config/file-reader.ts'
import { createIssueList } from '../../../src/config/issue-list.ts'
import { readYamlTree } from '../../../src/config/yaml/tree.ts'

function listFor(text: string) {
  return createIssueList(readYamlTree(text, { env: {}, files: createFileReader('/') }))
}

describe('an issue list', () => {
  test('is in the order of the file, whatever the order of reports', () => {
    const list = listFor('a: 1\nb: { c: 2 }\n')
    list.error(['b', 'c'], 'second')
    list.warning(['a'], 'first')
    expect(list.all().map(({ message }) => message)).toEqual(['first', 'second'])
  })

  test('says the same of one position once, through whatever alias it was met', () => {
    const list = listFor('a: &x [1]\nb: *x\n')
    list.error(['a', 0], 'wrong')
    list.error(['b', 0], 'wrong')
    expect(list.all()).toHaveLength(1)
  })

  test('knows errors below a path', () => {
    const list = listFor('a: { b: 1 }\n')
    list.error(['a', 'b'], 'wrong')
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c'], ['b']].map((path) => list.hasError(path))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })

  test('warns of nothing that is wrong already', () => {
    const list = listFor('a: 1\nb: ${UNSET}\n')
    list.error(['a'], 'wrong')
    list.warning(['a'], 'doubtful')
    list.warning(['b'], 'doubtful')
    list.error(['b'], 'wrong')
    expect(list.all().map(({ message }) => message)).toEqual(['wrong', expect.stringContaining('UNSET')])
  })
})
