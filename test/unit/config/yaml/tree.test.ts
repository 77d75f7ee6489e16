import { describe, expect, test } from 'vitest'
import { createFileReader } from '../../../../src/config/file-reader.ts'
import { readYamlTree } from '../../../../src/config/yaml/tree.ts'

const options = { severity: 'error', part: 'value' } as const

function treeOf(text: string) {
  return readYamlTree(text, { env: {}, files: createFileReader('/') })
}

describe('a YAML tree', () => {
  const tree = treeOf('apis:\n  todo:\n    hosts: [a.test, b.test]\n')

  test('points at a value', () => {
    const issue = tree.issueAt(['apis', 'todo', 'hosts', 1], 'wrong', options)
    expect(issue).toMatchObject({ line: 3, column: 21, length: 6, path: 'apis.todo.hosts.1' })
  })

  test('points at a key', () => {
    const issue = tree.issueAt(['apis', 'todo', 'hosts'], 'wrong', { ...options, part: 'key' })
    expect(issue).toMatchObject({ line: 3, column: 5, length: 5 })
  })

  test('shows a value that starts on a later line by its key', () => {
    expect(tree.issueAt(['apis', 'todo'], 'wrong', options)).toMatchObject({ line: 2, column: 3, length: 4 })
  })

  test('points at the nearest entry above one that is not there', () => {
    const issue = tree.issueAt(['apis', 'todo', 'resource'], 'missing', options)
    expect(issue).toMatchObject({ line: 2, column: 3, path: 'apis.todo.resource' })
    expect(tree.issueAt(['constructor', 'name'], 'missing', options)).toMatchObject({ line: 1, column: 1 })
  })

  test('knows below what no value could be read', () => {
    const { isUnreadable } = treeOf('a: { b: "${UNSET}" }')
    expect(isUnreadable(['a', 'b'])).toBe(true)
    expect(isUnreadable(['a', 'b', 'c'])).toBe(true)
    expect(isUnreadable(['a'])).toBe(false)
  })

  test('of a text that is no YAML has no value, and says why', () => {
    const { readable, value, issues } = treeOf('a: [1')
    expect(readable).toBe(false)
    expect(value).toBeNull()
    expect(issues[0]?.message).toContain('not YAML: ')
  })
})
