import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFileReader, digestOf } from '../../../src/config/file-reader.ts'

test('the files whose content counts are remembered, also those that are missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scopegate-reader-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'secret'), 'sesame')
  const files = createFileReader(folder)
  expect(files.read('secret', 'create it')).toEqual({ bytes: Buffer.from('sesame') })
  expect(files.look('secret', 'create it')).toEqual({ bytes: Buffer.from('sesame') })
  expect(files.read('missing', 'create it')).toMatchObject({ fault: { kind: 'missing' } })
  expect(files.look('looked-at', 'create it')).toMatchObject({
    fault: { message: 'does not exist: create it' },
  })
  expect([...files.digests]).toEqual([
    [join(folder, 'secret'), digestOf(Buffer.from('sesame'))],
    [join(folder, 'missing'), undefined],
  ])
})
