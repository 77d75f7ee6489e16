import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFileReader } from '../../../../src/config/file-reader.ts'
import { expand } from '../../../../src/config/yaml/expand.ts'

const env = { HOST: 'legacy', EMPTY: '', BROKEN: 'a\nb' }

function expanded(source: string, folder = '/'): string | readonly string[] {
  const expansion = expand(source, { env, files: createFileReader(folder) })
  return 'text' in expansion ? expansion.text : expansion.problems
}

describe('a reference', () => {
  test.each([
    ['http://${HOST}:3000', 'http://legacy:3000'],
    ['${HOST}${HOST}', 'legacylegacy'],
    ['${EMPTY:-fallback}', 'fallback'],
    ['${UNSET:-}', ''],
    ['${UNSET:-a:-b}', 'a:-b'],
    ['$${HOST}', '${HOST}'],
    ['$HOST and $', '$HOST and $'],
  ])('%s becomes %s', (source, text) => {
    expect(expanded(source)).toBe(text)
  })

  test.each([
    ['${UNSET}', ['the variable UNSET is unset or empty: set it, or write ${UNSET:-default}']],
    ['${EMPTY}', ['the variable EMPTY is unset or empty: set it, or write ${EMPTY:-default}']],
    ['${BROKEN}', ['the variable BROKEN holds a line break or a NUL: take it out']],
  ])('%s names the variable and never its value', (source, problems) => {
    expect(expanded(source)).toEqual(problems)
  })

  test('that is unset is named once, however often it is written', () => {
    expect(expanded('${UNSET} ${OTHER} ${UNSET}')).toHaveLength(2)
  })

  test.each(['${HOST', '${A${B}}', '${HOST} ${'])('%s says alone that the braces do not match', (source) => {
    expect(expanded(source)).toEqual([expect.stringContaining('a reference is not closed by }')])
  })

  test('to a file stands for its content without the line break at its end', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scopegate-expand-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'secret'), 'sesame\r\n')
    expect(expanded('Basic ${file:secret}', folder)).toBe('Basic sesame')
    expect(expanded('${file:missing}', folder)).toEqual([expect.stringContaining('the file missing')])
  })
})
