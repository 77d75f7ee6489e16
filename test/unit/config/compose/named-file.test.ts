import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readNamedFile } from '../../../../src/config/compose/named-file.ts'
import { createFileReader } from '../../../../src/config/file-reader.ts'
import type { IssueList } from '../../../../src/config/issue-list.ts'

test('a named file is read, or an issue at its name says why not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scopegate-named-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'ca.pem'), 'pem')
  const problems: string[] = []
  const issues = { error: (at: readonly unknown[], text: string) => void problems.push(`${at}: ${text}`) }
  const context = { files: createFileReader(folder), issues: issues as IssueList }
  expect(readNamedFile('ca.pem', ['ca'], context)).toBe('pem')
  expect(readNamedFile('key.pem', ['key'], context, 'look')).toBeUndefined()
  expect(problems).toEqual(['key: this file does not exist: create it, or correct its name'])
  expect([...context.files.digests.keys()]).toEqual([join(folder, 'ca.pem')])
})
