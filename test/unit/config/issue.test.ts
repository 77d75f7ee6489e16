import { describe, expect, test } from 'vitest'
import { formatIssue, type Issue } from '../../../src/config/issue.ts'

const issue: Issue = { severity: 'error', line: 2, column: 5, length: 3, path: 'apis', message: 'wrong' }

function print(over: Partial<Issue>, text = 'a: 1\n  b: xyz\n'): string {
  return formatIssue({ ...issue, ...over }, { fileName: 'gateway.yaml', text })
}

describe('a printed issue', () => {
  test('shows its line without the indentation, and carets', () => {
    expect(print({ column: 6 })).toBe('gateway.yaml:2:6 apis: wrong\n\n    b: xyz\n       ^^^\n')
  })

  test('of a warning says so', () => {
    expect(print({ severity: 'warning' })).toMatch(/^gateway\.yaml:2:5 apis: warning: wrong\n/)
  })

  test('about the whole file has no path', () => {
    expect(print({ path: '', line: 1, column: 1 })).toMatch(/^gateway\.yaml:1:1 wrong\n/)
  })

  test('has no excerpt when its line is empty or not there', () => {
    expect(print({ line: 9 })).toBe('gateway.yaml:9:5 apis: wrong')
    expect(print({ line: 1, column: 1 }, '   \n')).toBe('gateway.yaml:1:1 apis: wrong')
  })

  test('shows of a very long line only the part around it', () => {
    const text = `a: ${'x'.repeat(1000)}here${'y'.repeat(1000)}`
    const [, , excerpt = '', carets = ''] = print({ line: 1, column: 1004, length: 4 }, text).split('\n')
    expect(excerpt.length).toBe(124)
    expect(excerpt.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('here')
  })

  test.each([
    ['client: { id: x, secret: sesame }', 'client: { id: x, secret: ****** }'],
    ['signingKey: "se same"', 'signingKey: *********'],
    ['"secret": sesame', '"secret": ******'],
    ['admin: { token: sesame, listen: x }', 'admin: { token: ******, listen: x }'],
    ['authorization: Bearer sesame', 'authorization: Bearer ******'],
    ['authorization: Basic ${BASIC}', 'authorization: Basic ${BASIC}'],
    ['authorization: forward', 'authorization: forward'],
    ['secret: "${file:/run/secrets/gateway}"', 'secret: "${file:/run/secrets/gateway}"'],
    ['proxy: http://user:sesame@proxy:3128', 'proxy: http://***********@proxy:3128'],
    ['tokens: { opaque: exchange }', 'tokens: { opaque: exchange }'],
    ['client: {"id":"x","secret":"sesame"}', 'client: {"id":"x","secret":********}'],
    ['secret : sesame', 'secret : ******'],
    [String.raw`secret: "se\"same"`, 'secret: **********'],
    ["secret: 'se''same'", 'secret: **********'],
    ['secret: se,sa{me} # of the app', 'secret: ********* # of the app'],
    ['- secret: se,same', '- secret: *******'],
    ['secret: &app sesame', 'secret: ***********'],
    ['secret: ${PEPPER}sesame', 'secret: ${PEPPER}******'],
    ['secret: $2a$10$sesame', 'secret: *************'],
    ['secret: $GATEWAY_SECRET', 'secret: $GATEWAY_SECRET'],
    ['client_secret: sesame', 'client_secret: ******'],
    ['cookieSecret: sesame', 'cookieSecret: ******'],
    ['clientSecretFile: /run/secrets/app', 'clientSecretFile: /run/secrets/app'],
    [
      'issuer: { accessToken: { where: { use: access } } }',
      'issuer: { accessToken: { where: { use: access } } }',
    ],
    ['authorization : Bearer sesame', 'authorization : Bearer ******'],
    ['"Authorization":"Bearer sesame"', '"Authorization":"Bearer ******"'],
    ['proxy: http://user:se@same@proxy:3128', 'proxy: http://************@proxy:3128'],
  ])('hides a secret that the line holds: %s', (line, shown) => {
    expect(print({ line: 1, column: 1 }, `${line}\n`).split('\n')[2]).toBe(`    ${shown}`)
  })

  test('takes as long whether its file has few issues or very many', () => {
    const source = { fileName: 'gateway.yaml', text: 'a line\n'.repeat(20_000) }
    const startedMs = performance.now()
    for (let line = 1; line <= 20_000; line++) formatIssue({ ...issue, line }, source)
    expect(performance.now() - startedMs).toBeLessThan(2000)
  })
})
