import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import { decodeConfig, encodeConfig } from '../../../src/workers/messages.ts'

const folder = join(import.meta.dirname, '../../cases/config')
const valid = readdirSync(folder).filter((name) => name.startsWith('valid-'))

describe('a configuration', () => {
  test.each(valid)('reaches a worker as it was read: %s', (name) => {
    const [text = ''] = readFileSync(join(folder, name), 'utf8').split('---8<---\n')
    const env = JSON.parse(/^# env: (.*)$/m.exec(text)?.[1] ?? '{}')
    const { config } = parseConfig(text, { fileName: 'gateway.yaml', env })
    if (config === undefined) throw new Error('this case is not valid')
    expect(decodeConfig(encodeConfig(config))).toEqual(config)
  })
})
