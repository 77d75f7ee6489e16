import { expect, it } from 'vitest'
import { curl } from '../../../../src/dev/demo/curl.ts'

it('writes a command to paste', () => {
  expect(curl('http://g', { method: 'GET', path: '/todos' }, undefined)).toBe('curl -i http://g/todos')
  expect(curl('http://g', { method: 'POST', path: '/todos' }, '$TOKEN')).toBe(
    'curl -i -X POST http://g/todos -H "Authorization: Bearer $TOKEN"',
  )
})

it('names the host of an API that has one', () => {
  expect(curl('http://g', { method: 'GET', path: '/', host: 'api.example.com' }, undefined)).toBe(
    'curl -i http://g/ -H "Host: api.example.com"',
  )
})

it.each(["/it's", '/a;reboot', '/$HOME', '/%2F'])(
  'lets nothing in a path mean something to the shell: %s',
  (path) => {
    const command = curl('http://g', { method: 'GET', path }, undefined)
    expect(command).toBe(`curl -i 'http://g${path.replace("'", "'\\''")}'`)
  },
)
