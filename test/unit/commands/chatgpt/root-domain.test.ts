import { expect, test } from 'vitest'
import { rootDomainOf } from '../../../../src/commands/chatgpt/root-domain.ts'

test.each([
  ['api.example.com', 'example.com'],
  ['example.com', 'example.com'],
  ['A.B.Example.COM.', 'example.com'],
  ['api.example.co.uk', 'example.co.uk'],
  ['auth.example.com.au', 'example.com.au'],
  ['tenant.logto.app', 'tenant.logto.app'],
  ['a.tenant.logto.app', 'tenant.logto.app'],
  ['todo.herokuapp.com', 'todo.herokuapp.com'],
  ['x.up.railway.app', 'x.up.railway.app'],
  ['localhost', 'localhost'],
  ['127.0.0.1', '127.0.0.1'],
  ['[::1]', '[::1]'],
])('%s belongs to %s', (host, root) => {
  expect(rootDomainOf(host)).toBe(root)
})
