import { describe, expect, test } from 'vitest'
import { head, translated } from '../../support/openapi.ts'

async function hintsOf(...securities: string[]): Promise<readonly string[]> {
  const paths = securities.map((security, i) => `  /${i}: { get: { security: ${security} } }\n`).join('')
  return (await translated(`${head}paths:\n${paths}`)).hints
}

describe('what a person should look at', () => {
  test('is nothing where each operation asks for a scope', async () => {
    expect(await hintsOf('[{ o: [a] }]', '[{ o: [b] }]', '[{ o: [write, read] }]')).toEqual([])
  })

  test('is one set of scopes on every operation', async () => {
    const same = '[{ o: [a, b] }]'
    expect(await hintsOf(same, same, same)).toEqual([
      'every operation that asks for scopes asks for the same 2 scopes (a b): that is usually all that there are; ' +
        'write at each route those that it needs',
    ])
    expect(await hintsOf(same, same, '[{ o: [a] }]')).toEqual([])
  })

  test('are scopes that grow from least to most', async () => {
    expect(await hintsOf('[{ o: [Mail.Read, Mail.ReadWrite] }]', '[{ o: [x] }]')).toEqual([
      expect.stringContaining(
        '1 operation lists scopes that grow from least to most, such as Mail.Read Mail.ReadWrite',
      ),
    ])
    expect(await hintsOf('[{ o: [a] }, { o: [a, b] }]', '[{ o: [x] }]')).toEqual([
      expect.stringContaining('the larger sets add nothing'),
    ])
  })

  test('are credentials without scopes', async () => {
    expect(await hintsOf('[{ key: [] }]', '[{ o: [x] }]')).toEqual([
      '1 operation asks for credentials without a scope: any valid token passes there',
    ])
    expect(await hintsOf('[{ key: [] }]', '[{ key: [] }]')).toEqual([
      expect.stringMatching(/^2 operations ask .*; the document names no scopes at all$/),
    ])
  })
})
