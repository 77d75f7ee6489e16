import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatIssue } from '../../../src/config/issue.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { whole } from '../../../src/config/load-whole.ts'

const folder = join(import.meta.dirname, '../../cases/config')
const dashes = '---8<---\n'

/**
 * Each file holds a configuration, a line of dashes, and exactly what `scopegate check` prints of it; nothing
 * when it is right. A first line `# env: {"NAME": "value"}` sets variables. `vitest -u` writes what is
 * printed now.
 */
describe('the configuration file', () => {
  test.each(readdirSync(folder).filter((name) => name.endsWith('.txt')))('%s', async (name) => {
    const file = join(folder, name)
    const [text = ''] = readFileSync(file, 'utf8').split(dashes)
    const result = await whole(parseConfig(text, { fileName: 'gateway.yaml', env: environmentOf(text) }))
    const printed = result.issues.map((issue) => `${formatIssue(issue, result)}\n`).join('')
    await expect(text + dashes + printed).toMatchFileSnapshot(file)
    expect(result.config === undefined).toBe(result.issues.some(({ severity }) => severity === 'error'))
  })
})

function environmentOf(text: string): Record<string, string> {
  const json = /^# env: (.*)$/m.exec(text)?.[1]
  return json === undefined ? {} : JSON.parse(json)
}
