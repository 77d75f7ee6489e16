import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { type LogtoData, managementRole } from '../../src/dev/logto/data.ts'
import type { StandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { examine } from '../../src/logto/doctor.ts'
import { applyTo, logtoOf, managementOf, startTenant, storyFile } from '../support/tenant.ts'

/** The findings about a tenant, by the file of the story with some changes. */
async function findings(
  origin: string,
  change: (yaml: string) => string = (yaml) => yaml,
): Promise<string[]> {
  const yaml = change(grantingWrite(origin))
  const options = { fileName: '/nowhere/gateway.yaml', env: {}, use: 'provision' as const }
  const { config, issues } = parseConfig(yaml, options)
  const issuer = config?.issuers.get('default')
  if (config?.logto === undefined || issuer === undefined) throw new Error(JSON.stringify(issues))
  const { logto } = config
  const found = await examine({ config, logto, issuer, management: managementOf(logto) })
  return found.map(({ severity, text }) => `${severity}: ${text}`)
}

/** In the story itself nobody may write. */
function grantingWrite(origin: string): string {
  return storyFile(origin).replace('  applications:\n', '    Editor: { todo: read write }\n  applications:\n')
}

async function healthyTenant(): Promise<StandInLogto> {
  const tenant = await startTenant()
  await applyTo(logtoOf(grantingWrite(tenant.origin)))
  return tenant
}

const indicator = 'https://api.example.com/'
const resourceOf = ({ resources }: LogtoData) => {
  const resource = resources.find((candidate) => candidate.indicator === indicator)
  if (resource === undefined) throw new Error('no resource')
  return resource
}
const drop = <T extends { name?: string }>(list: T[], name: string) =>
  void list.splice(
    list.findIndex((one) => one.name === name),
    1,
  )
const applicationOf = ({ applications }: LogtoData, name: string) => {
  const application = applications.find((candidate) => candidate.name === name)
  if (application === undefined) throw new Error('no application')
  return application
}

test('doctor finds nothing on a healthy tenant', async () => {
  const tenant = await healthyTenant()
  expect(await findings(tenant.origin)).toEqual([])
})

test('doctor lets tokens live longer where revocation ends them', async () => {
  const tenant = await healthyTenant()
  Object.assign(resourceOf(tenant.data), { accessTokenTtl: 7200 })
  const withoutTtl = (yaml: string) => yaml.replace('  accessTokenTtl: 15m\n', '')
  const revocation = 'revocation: { webhook: { path: /.scopegate/logto, signingKey: 0123456789abcdef } }\n'
  expect(await findings(tenant.origin, withoutTtl)).toEqual([expect.stringMatching(/nothing revokes them/)])
  expect(await findings(tenant.origin, (yaml) => withoutTtl(yaml) + revocation)).toEqual([])
})

describe('doctor finds in a tenant', () => {
  const faults: [string, (data: LogtoData) => unknown, RegExp][] = [
    [
      'a resource that is missing',
      (data) => drop(data.resources, 'Todo API'),
      /missing: API resource Todo API/,
    ],
    [
      'a resource that is off by a slash',
      (data) => Object.assign(resourceOf(data), { indicator: 'https://api.example.com' }),
      /the tenant has https:\/\/api\.example\.com, and apis\.todo\.resource is https:\/\/api\.example\.com\//,
    ],
    [
      'a permission that is missing',
      (data) => resourceOf(data).permissions.pop(),
      /missing: permission write/,
    ],
    [
      'a needed permission that no role for users grants',
      (data) => drop(data.roles, 'Editor'),
      /no role for users grants write of todo/,
    ],
    [
      'a role that lost a permission',
      (data) => data.roles.find(({ name }) => name === 'My role')?.permissions[indicator]?.pop(),
      /missing: role My role: read/,
    ],
    ['a role that is missing', (data) => drop(data.roles, 'My role'), /missing: role My role/],
    [
      'a role of the other kind',
      (data) => Object.assign(data.roles.find(({ name }) => name === 'Nightly') ?? {}, { type: 'User' }),
      /role Nightly .* is for users in the tenant/,
    ],
    [
      'a Default API that is off',
      (data) => Object.assign(data, { defaultApi: undefined }),
      /Default API none →/,
    ],
    [
      'a Default API that is no URI',
      (data) => {
        data.resources.push({ indicator: 'not-a-uri', permissions: [], accessTokenTtl: 60 })
        data.defaultApi = 'not-a-uri'
      },
      /the Default API not-a-uri is no absolute URI/,
    ],
    [
      'the openid trap',
      (data) => resourceOf(data).permissions.push('openid'),
      /a permission openid: .* opaque/,
    ],
    [
      'refresh tokens that are not issued',
      (data) => Object.assign(applicationOf(data, 'ChatGPT'), { alwaysIssueRefreshToken: false }),
      /alwaysIssueRefreshToken on/,
    ],
    [
      'consent that is missing',
      (data) => Object.assign(applicationOf(data, 'Partner'), { consent: {} }),
      /application Partner: may ask users for read/,
    ],
    [
      'token exchange that is off',
      (data) => Object.assign(applicationOf(data, 'Gateway'), { allowTokenExchange: false }),
      /allowTokenExchange on/,
    ],
    [
      'an application that is missing',
      (data) => drop(data.applications, 'ChatGPT'),
      /missing: application ChatGPT/,
    ],
    [
      'an application of another type',
      (data) => Object.assign(applicationOf(data, 'ChatGPT'), { type: 'SPA' }),
      /is of type SPA, not Traditional/,
    ],
    [
      'a redirect URI that is missing',
      (data) => applicationOf(data, 'ChatGPT').redirectUris.pop(),
      /redirect URI https:\/\/chatgpt\.example\/callback added/,
    ],
    [
      'a machine without its role',
      (data) => applicationOf(data, 'Nightly job').roles.pop(),
      /application Nightly job: role Nightly/,
    ],
    ['a user who does not exist', (data) => data.users.shift(), /user alice does not exist/],
    ['a user without a role', (data) => data.users[0]?.roles.pop(), /user alice: role My role/],
    [
      'a user who is suspended',
      (data) => Object.assign(data.users[0] ?? {}, { isSuspended: true }),
      /user alice is suspended/,
    ],
    ['a webhook that is missing', (data) => data.hooks?.pop(), /missing: webhook/],
    [
      'a webhook that is off',
      (data) => Object.assign(data.hooks?.[0] ?? {}, { enabled: false }),
      /webhook .* switched on/,
    ],
    ['an event that is missing', (data) => data.hooks?.[0]?.events.pop(), /OrganizationScope\.Deleted added/],
    [
      'another lifetime of tokens',
      (data) => Object.assign(resourceOf(data), { accessTokenTtl: 3600 }),
      /access token TTL 3600 s → 900 s/,
    ],
    [
      'tokens that are born expired',
      (data) => Object.assign(resourceOf(data), { accessTokenTtl: 0 }),
      /are born expired/,
    ],
    [
      'tokens that live long while nothing revokes them',
      (data) => Object.assign(resourceOf(data), { accessTokenTtl: 7200 }),
      /live 7200 s and nothing revokes them/,
    ],
    [
      'an account without the role',
      (data) => {
        applicationOf(data, 'Scopegate setup').roles = []
      },
      /the token of logto\.management holds no scope: .*Logto Management API access/,
    ],
  ]
  test.each(faults)('%s', async (_, plant, message) => {
    const tenant = await healthyTenant()
    expect(managementRole).toBe('Logto Management API access')
    plant(tenant.data)
    const found = await findings(tenant.origin)
    expect(found.join('\n')).toMatch(message)
    expect(found.every((line) => line.startsWith('fault: '))).toBe(true)
  })
})

describe('doctor finds on the way to the tenant', () => {
  /** A proxy in front of the tenant that changes the discovery document and the clock. */
  async function front(
    tenant: StandInLogto,
    change: (document: Record<string, unknown>) => void,
    date?: string,
  ) {
    const server = createServer((req, res) => {
      const { host: _, ...headers } = req.headers
      const options = { method: req.method, headers: { ...headers, host: req.headers.host } }
      const passed = request(`${tenant.origin}${req.url}`, options, async (answer) => {
        const chunks: Buffer[] = []
        for await (const chunk of answer) chunks.push(chunk)
        let text = Buffer.concat(chunks).toString()
        if (req.url?.endsWith('openid-configuration')) {
          const document = JSON.parse(text)
          document.issuer = `${origin}/oidc`
          change(document)
          text = JSON.stringify(document)
        }
        if (date !== undefined) res.setHeader('date', date)
        res
          .writeHead(answer.statusCode ?? 500, { 'content-type': answer.headers['content-type'] ?? '' })
          .end(text)
      })
      req.pipe(passed)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // A TCP server.
    return origin
  }

  test.each<[string, (document: Record<string, unknown>) => void, RegExp]>([
    [
      'an iss that is not accepted',
      (document) => {
        document['issuer'] = 'https://auth.example.com/oidc'
      },
      /tokens have the iss https:\/\/auth\.example\.com\/oidc, which is not accepted: write issuer\.also/,
    ],
    [
      'keys on another host',
      (document) => {
        document['jwks_uri'] = 'https://elsewhere.example/jwks'
      },
      /jwks_uri has another host/,
    ],
    [
      'keys on another port',
      (document) => {
        document['jwks_uri'] = 'http://127.0.0.1:1/jwks'
      },
      /jwks_uri has another port/,
    ],
    [
      'keys under another scheme',
      (document) => {
        document['jwks_uri'] = String(document['jwks_uri']).replace('http:', 'https:')
      },
      /jwks_uri has another scheme/,
    ],
  ])('%s', async (_, change, message) => {
    const tenant = await healthyTenant()
    const origin = await front(tenant, change)
    expect(await findings(origin, (yaml) => withEndpoint(yaml, tenant.origin))).toEqual([
      expect.stringMatching(message),
    ])
  })

  test('a clock that is off', async () => {
    const tenant = await healthyTenant()
    const origin = await front(tenant, () => {}, new Date(Date.now() + 60_000).toUTCString())
    expect(await findings(origin, (yaml) => withEndpoint(yaml, tenant.origin))).toEqual([
      expect.stringMatching(/the clock of the issuer is (?:59|60) s ahead/),
    ])
  })

  test('keys of no algorithm that is admitted, and as a hint keys of two types', async () => {
    const tenant = await healthyTenant()
    const only = (algorithm: string) => (yaml: string) =>
      yaml.replace(/issuer: \{ /, `issuer: { algorithms: [${algorithm}], `)
    expect(await findings(tenant.origin, only('RS256'))).toEqual([
      expect.stringMatching(/fault: no key of the issuer may verify/),
    ])
    await tenant.rotateKeys('RSA')
    expect(await findings(tenant.origin)).toEqual([expect.stringMatching(/^hint: keys of 2 types/)])
  })

  test('a wrong secret, a wrong resource, nobody who answers, and something that is no Logto', async () => {
    const tenant = await healthyTenant()
    const other = (key: string) => (yaml: string) => yaml.replace('  management:', `  ${key}\n  management:`)
    const secret = (yaml: string) => yaml.replace(/secret: [^ ]+ /, 'secret: wrong-secret-of-nobody ')
    expect(await findings(tenant.origin, secret)).toEqual([
      expect.stringMatching(
        /POST \/oidc\/token: 401 invalid_client: logto\.management\.id or its secret is wrong/,
      ),
    ])
    expect(await findings(tenant.origin, other('resource: https://wrong.example/api'))).toEqual([
      expect.stringMatching(
        /400 invalid_target: logto\.resource is not the identifier of the Management API/,
      ),
    ])
    const dead = await startTenant()
    await dead.close()
    expect(await findings(tenant.origin, other(`endpoint: ${dead.origin}`))).toEqual([
      expect.stringMatching(/POST \/oidc\/token: .*logto\.endpoint says where/),
    ])
    tenant.management.fault = () => ({
      reply: { status: 200, text: '<html>', headers: { 'content-type': 'text/html' } },
    })
    expect(await findings(tenant.origin)).toEqual([
      expect.stringMatching(/GET \/api\/resources\?includeScopes=true: the answer is no JSON \(text\/html\)/),
    ])
  })
})

function withEndpoint(yaml: string, origin: string): string {
  return yaml.replace('  management:', `  endpoint: ${origin}\n  management:`)
}
