import { describe, expect, it } from 'vitest'
import { createHeaderPolicy } from '../../../src/http/header-policy.ts'
import { readRequestHead } from '../../../src/http/request-head.ts'

type Options = Partial<Parameters<typeof createHeaderPolicy>[0]>

function endToEnd(headers: readonly string[], options: Options = {}): string[] {
  const policy = createHeaderPolicy({
    identityHeaders: ['X-User-Id', 'X-Todo-Owner'],
    strip: [],
    keep: [],
    ...options,
  })
  const head = readRequestHead('GET', '1.1', ['Host', 'gw.test', ...headers], { headerCount: 200 })
  if ('code' in head) throw new Error(`${head.code}: ${head.detail}`)
  return policy.endToEnd(head)
}

const passes = (name: string, options?: Options) => endToEnd([name, 'x'], options).length === 2

describe('passed on', () => {
  it('are the others, in order, with their names, values and duplicates', () => {
    const headers = [
      'accept',
      'a',
      'User-Agent',
      'u',
      'Cookie',
      'c=1',
      'X-Thing',
      '1',
      'x-thing',
      '2',
      'ACCEPT',
      'b',
    ]
    expect(endToEnd(headers)).toEqual(headers)
  })

  it.each([
    'Content-Type',
    'Content-Encoding',
    'Via',
    'traceparent',
    'tracestate',
    'Origin',
    'Range',
    'If-None-Match',
    'X-Api-Key',
    'Sec-WebSocket-Key',
    'X-Username',
    'X-Users',
    '__proto__',
    'toString',
  ])('%s', (name) => {
    expect(passes(name)).toBe(true)
  })
})

describe('removed', () => {
  it.each([
    'Keep-Alive',
    'TE',
    'Trailer',
    'Proxy-Connection',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'HTTP2-Settings',
    'Upgrade',
  ])('as hop-by-hop: %s', (name) => {
    expect(passes(name)).toBe(false)
  })

  it('are the fields that the gateway writes itself', () => {
    expect(
      endToEnd([
        'Authorization',
        'Bearer x',
        'X-Request-Id',
        'a',
        'Expect',
        '100-continue',
        'Content-Length',
        '3',
      ]),
    ).toEqual([])
    expect(endToEnd(['Transfer-Encoding', 'chunked', 'Connection', 'close', 'X-HTTP-Method', 'GET'])).toEqual(
      [],
    )
  })

  it.each([
    'X-Original-URL',
    'X-Original-Method',
    'X-Rewrite-URL',
    'X-Host',
    'X-HTTP-Host-Override',
    'Script-Name',
    'X-Script-Name',
    'Path-Info',
    'X-Envoy-Original-Path',
    'X-Middleware-Subrequest',
    'Proxy',
    'X-Skipper-Proxy',
    'X-Replaced-Path',
    'SCRIPT_NAME',
    'PATH_INFO',
    'X_Rewrite_Url',
  ])('as a second request: %s', (name) => {
    expect(passes(name)).toBe(false)
  })

  it.each([
    'X-Real-IP',
    'Client-IP',
    'X-Client-IP',
    'True-Client-IP',
    'X-Cluster-Client-IP',
    'CF-Connecting-IP',
    'Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-Proto',
    'X-Forwarded-Prefix',
    'X-Forwarded-Uri',
    'X_Forwarded_Uri',
    'x.real.ip',
  ])('as an address: %s', (name) => {
    expect(passes(name)).toBe(false)
  })

  it.each([
    'X-User-Id',
    'X-USER-ID',
    'X_User_Id',
    'X-User.Id',
    'X*User*Id',
    "X'User'Id",
    'X|User|Id',
    'X`User`Id',
    'X$User$Id',
    'X&User&Id',
    '-X-User-Id',
    'X-User-Id_',
    'X-User-Anything',
    'X-User-',
    'X-Client-Id',
    'X-Client-Identity',
    'X-Organization-Id',
    'X-Scopegate-Debug',
    'X-Todo-Owner',
    'x_todo_owner',
    'Remote-User',
    'Remote.user',
    'X-Remote-User',
    'X-Forwarded-User',
    'X-Forwarded-Email',
    'X-Forwarded-Groups',
    'X-Forwarded-Preferred-Username',
    'X-Forwarded-Access-Token',
    'X-Auth-Request-User',
    'X-Authenticated-Userid',
    'X-Webauth-User',
    'X-Pomerium-Jwt-Assertion',
    'X-Goog-Authenticated-User-Email',
    'X-MS-Client-Principal',
    'X-MS-Client-Principal-Name',
    'X-Amzn-Oidc-Data',
    'Cf-Access-Jwt-Assertion',
    'Tailscale-User-Login',
    'X-SSL-Client-Verify',
    'X-Client-Cert',
    'X-Client-Cert-Chain',
    'X-Forwarded-Client-Cert',
  ])('as an identity: %s', (name) => {
    expect(passes(name)).toBe(false)
  })

  it.each([
    'Transfer_Encoding',
    'content.length',
    'Content_Length',
    'Content_Type',
    'Host_',
    '_Host',
    'Authorization_',
    'X_Request_Id',
    'Connection.',
    'Via_',
    'Cookie*',
  ])('as an alias of a framing or managed name: %s', (name) => {
    expect(passes(name)).toBe(false)
  })
})

describe('what Connection names', () => {
  it('is removed, in any case', () => {
    expect(endToEnd(['Connection', 'close, X-thing', 'X-Thing', '1', 'x-thing', '2', 'Cookie', 'c'])).toEqual(
      ['Cookie', 'c'],
    )
  })

  it('is removed for this request only', () => {
    const policy = createHeaderPolicy({ identityHeaders: [], strip: [], keep: [] })
    const read = (...headers: string[]) => {
      const head = readRequestHead('GET', '1.1', ['Host', 'gw.test', ...headers], { headerCount: 9 })
      if ('code' in head) throw new Error(head.code)
      return policy.endToEnd(head)
    }
    expect(read('Connection', 'Cookie', 'Cookie', 'c')).toEqual([])
    expect(read('Cookie', 'c')).toEqual(['Cookie', 'c'])
  })

  it('never takes the content type along', () => {
    expect(endToEnd(['Connection', 'content-type, host', 'Content-Type', 'text/plain'])).toEqual([
      'Content-Type',
      'text/plain',
    ])
  })
})

describe('identity.strip and identity.keep', () => {
  it('strip removes a name in every spelling', () => {
    expect(passes('X-Legacy-Admin', { strip: ['X-Legacy-Admin'] })).toBe(false)
    expect(passes('x_legacy_admin', { strip: ['X-Legacy-Admin'] })).toBe(false)
    expect(passes('X-Legacy-Admin')).toBe(true)
  })

  it('strip removes also what usually passes', () => {
    expect(passes('Cookie', { strip: ['Cookie'] })).toBe(false)
    expect(passes('Cookie')).toBe(true)
  })

  it('keep takes a name back, but none of its aliases', () => {
    expect(passes('X-User-Agent-Hint', { keep: ['X-User-Agent-Hint'] })).toBe(true)
    expect(passes('x-user-agent-hint', { keep: ['X-User-Agent-Hint'] })).toBe(true)
    expect(passes('X_User_Agent_Hint', { keep: ['X-User-Agent-Hint'] })).toBe(false)
  })

  it.each(['X-User-Id', 'X-Forwarded-For', 'Host', 'Proxy-Connection', 'X-HTTP-Method'])(
    'keep never takes back %s',
    (name) => {
      const headers = name === 'Host' ? [] : [name, 'GET']
      expect(endToEnd(headers, { keep: [name] })).toEqual([])
    },
  )
})

it('names that nobody repeats do not wear it out', () => {
  const policy = createHeaderPolicy({ identityHeaders: ['X-User-Id'], strip: [], keep: [] })
  for (let i = 0; i < 5000; i++) {
    const head = readRequestHead('GET', '1.1', ['Host', 'gw.test', `X-${i}`, 'v', 'x_user_id', 'evil'], {
      headerCount: 9,
    })
    if ('code' in head) throw new Error(head.code)
    expect(policy.endToEnd(head)).toEqual([`X-${i}`, 'v'])
  }
})
