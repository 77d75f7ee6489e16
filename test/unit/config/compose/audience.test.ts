import { expect, test } from 'vitest'
import { configOf, fileWith } from '../../../support/config.ts'

test.each([
  ['audience: https://b.test/', ['https://b.test/']],
  ['audience: [https://b.test/, c]', ['https://b.test/', 'c']],
])('%s names what aud may be', (api, values) => {
  expect(JSON.stringify(configOf(fileWith({ api })).apis[0])).toContain(JSON.stringify(values).slice(1, -1))
})
