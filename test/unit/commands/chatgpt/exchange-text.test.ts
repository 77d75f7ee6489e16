import { expect, test } from 'vitest'
import { exchangeText, textOfHtml } from '../../../../src/commands/chatgpt/exchange-text.ts'

test('a request and its answer are a few lines', () => {
  const { sent, seen } = exchangeText({
    sent: { method: 'POST', url: 'https://a/b', headers: { Accept: 'x' }, form: { a: 'b c' } },
    status: 401,
    headers: { 'content-type': 'application/json', 'www-authenticate': 'Basic', server: 'x' },
    text: `{"error":"${'e'.repeat(1000)}"}`,
    tookMs: 5,
  })
  expect(sent).toBe('POST https://a/b\nAccept: x\na=b+c')
  expect(seen.split('\n').slice(0, 2)).toEqual(['401 application/json', 'www-authenticate: Basic'])
  expect(seen.length).toBeLessThan(700)
})

test('of a page only the words are left', () => {
  const page =
    '<!doctype html><title>T</title><style>p{}</style><h1>No &lt;b&gt;</h1><script>x()</script>\n<p>a&amp;b'
  expect(textOfHtml(page)).toBe('No <b> a&b')
})

test('a hostile page is read in no time', () => {
  const startMs = performance.now()
  for (const part of ['<style>', '<', '<b ', '&lt;', '<title x'])
    expect(textOfHtml(part.repeat(200_000)).length).toBeLessThan(70_000)
  expect(performance.now() - startMs).toBeLessThan(5000)
})
