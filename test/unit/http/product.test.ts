import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { userAgent, version } from '../../../src/http/product.ts'

test('the product is named with the version of its package', () => {
  const file = join(import.meta.dirname, '../../../package.json')
  expect(version).toBe(JSON.parse(readFileSync(file, 'utf8')).version)
  expect(userAgent).toBe(`scopegate/${version}`)
})
