import { describe, expect, test } from 'vitest'
import { parsePattern } from '../../../src/route/pattern.ts'

const parameter = 'a parameter is written {name} here: write '
const form = 'a parameter has no form here: it takes any segment, and the API checks it: write '
const rest = 'the rest of a path is written ** here: write '
const optional = 'no part of a path is optional here, so two paths are needed: write '
const regularExpression =
  'a path is no regular expression: write {name} for one segment and ** for the rest; ' +
  'the API checks what they hold'

describe('a path as another router spells it is answered with this spelling', () => {
  test.each([
    // Express, Rails, Gin
    ['/users/:id', `${parameter}/users/{id}`],
    ['/users/:id/posts/:post_id', `${parameter}/users/{id}/posts/{post_id}`],
    ['/files/report.:format', `${parameter}/files/report.{format}`],
    ['/users/:id(\\d+)', `${form}/users/{id}`],
    ['/users/:id?', `${optional}/users and /users/{id}`],
    ['/users/:id(\\d+)?', `${optional}/users and /users/{id}`],
    ['/files/:path*', `${rest}/files/**`],
    ['/files/:path(.*)', `${rest}/files/**`],
    ['/files/*filepath', `${rest}/files/**`],
    ['/report(.:format)', `${optional}/report and /report.{format}`],
    ['/users(/:id)', `${optional}/users and /users/{id}`],
    // Flask, Django, Rocket
    ['/users/<id>', `${parameter}/users/{id}`],
    ['/users/<int:id>/', `${form}/users/{id}`],
    ['/files/<path:file>', `${rest}/files/**`],
    ['/files/<file..>', `${rest}/files/**`],
    // Next.js, SvelteKit
    ['/users/[id]', `${parameter}/users/{id}`],
    ['/users/[id=integer]', `${form}/users/{id}`],
    ['/users/[[id]]', `${optional}/users and /users/{id}`],
    ['/docs/[...slug]', `${rest}/docs/**`],
    ['/docs/[[...slug]]', `${rest}/docs/**`],
    // ASP.NET, Laravel, Spring, Gorilla, FastAPI, Go, AWS, Google
    ['/users/{id?}', `${optional}/users and /users/{id}`],
    ['/users/{id:int?}', `${optional}/users and /users/{id}`],
    ['/users/{id:int}', `${form}/users/{id}`],
    ['/users/{id:[0-9]{4}}/x', `${form}/users/{id}/x`],
    ['/users/{id:\\d+}', `${form}/users/{id}`],
    ['/{controller=Home}', `${optional}/ and /{controller}`],
    ['/files/{path:.*}', `${rest}/files/**`],
    ['/files/{path:path}', `${rest}/files/**`],
    ['/files/{*path}', `${rest}/files/**`],
    ['/files/{**path}', `${rest}/files/**`],
    ['/files/{path...}', `${rest}/files/**`],
    ['/files/{proxy+}', `${rest}/files/**`],
    ['/v1/{name=projects/*}:cancel', expect.stringContaining('a parameter has no form here')],
    ['/v1/{name=projects/*}/keys', `${form}/v1/projects/*/keys`],
    // Postman
    ['/users/{{id}}', `${parameter}/users/{id}`],
    // Rules of other gateways
    ['GET /users', 'a method is written below its path: write /users'],
    ['GET,POST /users', 'a method is written below its path: write /users'],
    ['https://api.example.com/users', 'a path is written without scheme and host: write /users'],
    ['/{users,teams}/x', 'alternatives are written as paths of their own'],
    ['https://api.example.com', 'a path is written without scheme and host: write /'],
  ])('%s: %s', (text, message) => {
    expect(parsePattern(text)).toEqual(message)
  })

  test.each([
    '^/users/.*$',
    '/users/.*',
    '/users/.+',
    '/users/[0-9]+',
    '/users/[^/]+/posts',
    '/users/\\d+',
    '/users/(?:a|b)',
    '/(users|posts)',
    '/users/(\\w+)',
    '/users$',
    '~ ^/users',
  ])('%s: no regular expression', (text) => {
    expect(parsePattern(text)).toBe(regularExpression)
  })

  test('and with what is wrong besides', () => {
    expect(parsePattern('/flights/:from-:to')).toBe(
      'a parameter is written {name} here; ' +
        'two parameters in one segment cannot be told apart: write one {name} for all of the segment',
    )
    expect(parsePattern('/files/*path/info')).toBe(
      'the rest of a path is written ** here; ** stands at the end of a path only: use * for one segment',
    )
  })
})

test.each([
  '/todos/{id}',
  '/v1/{name}:cancel',
  '/v1/projects:batchGet',
  '/a:b',
  '/$metadata',
  '/products/$count',
  "/Products('a')",
  '/Products({id})',
  '/a+b',
  '/x.y.z',
  '/a,b',
  '/@me',
  '/~user/public_html',
  '/.well-known/security.txt',
  '/größe',
  '/a b',
  '/a=b&c',
])('%s is a path of this file', (text) => {
  expect(parsePattern(text)).not.toBeTypeOf('string')
})
