import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../../../src/config/load.ts'
import { temporaryFolder } from '../../../support/process.ts'

const lock = (more: object = {}) => ({
  endpoint: 'https://a.test',
  applications: { ChatGPT: 'id-of-chatgpt', Nightly: 'id-of-nightly' },
  resources: {},
  ...more,
})

/** Loads a file whose API admits these clients, with this beside it. */
function load(clients: string, locked: object | string | undefined, use: 'serve' | 'provision' = 'serve') {
  const folder = temporaryFolder()
  const file = join(folder, 'gateway.yaml')
  writeFileSync(
    file,
    `issuer: { logto: "https://a.test" }
apis: { t: { resource: "https://t/", upstream: http://t, clients: ${clients}, routes: {} } }
logto: { applications: { ChatGPT: { type: traditional }, Nightly: { type: machine } } }
`,
  )
  const text = typeof locked === 'string' ? locked : JSON.stringify(locked)
  if (locked !== undefined) writeFileSync(join(folder, 'gateway.logto.json'), text)
  const { config, issues, files } = loadConfig(file, {}, use)
  return {
    clients: config?.apis[0]?.clients,
    problems: issues.map(({ path, message }) => `${path}: ${message}`),
    watched: [...files.keys()].map((name) => name.slice(folder.length + 1)),
  }
}

describe('a name of an application among clients', () => {
  test('stands for its id, and the file that says so is watched', () => {
    const { clients, problems, watched } = load('[ChatGPT, some-client-id]', lock())
    expect(problems).toEqual([])
    expect(clients).toEqual(['id-of-chatgpt', 'some-client-id'])
    expect(watched).toContain('gateway.logto.json')
  })

  test.each([
    ['without the file', undefined, 'this application has no id in gateway.logto.json yet'],
    [
      'that the file lacks',
      lock({ applications: {} }),
      'this application has no id in gateway.logto.json yet',
    ],
    ['of another tenant', lock({ endpoint: 'https://b.test' }), 'gateway.logto.json is of another tenant'],
    ['in a damaged file', '{"endpoint":', 'gateway.logto.json is damaged'],
    [
      'that is also the id of another',
      lock({ applications: { ChatGPT: 'x', Nightly: 'ChatGPT' } }),
      'this name is also the id of the application Nightly',
    ],
  ])('%s is an error that says scopegate logto apply', (_, locked, problem) => {
    const { clients, problems } = load('[ChatGPT]', locked)
    expect(clients).toBeUndefined()
    expect(problems).toEqual([expect.stringContaining(`apis.t.clients.0: ${problem}`)])
    expect(problems[0]).toContain('run scopegate logto apply')
    expect(load('[ChatGPT]', locked, 'provision').problems).toEqual([])
  })

  test('is waited for: the file is watched while it is absent', () => {
    expect(load('[ChatGPT]', undefined).watched).toContain('gateway.logto.json')
  })
})

test('a reference to what does not exist yet is an error to the setup only where it looks', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'gateway.yaml')
  const problems = (top: string, api: string, use: 'serve' | 'provision') => {
    const more = `apis: { t: { resource: "https://t/", upstream: http://t, routes: {}${api} } }\nlogto: {}\n`
    writeFileSync(file, `${top}\n${more}`)
    return loadConfig(file, {}, use).issues.map(({ path }) => path)
  }
  const issuer = 'issuer: { logto: "https://a.test" }'
  const secret = ', authorization: "Basic ${file:nowhere}"'
  expect(problems(issuer, secret, 'serve')).toEqual(['apis.t.authorization'])
  expect(problems(issuer, secret, 'provision')).toEqual([])
  expect(problems('issuer: { logto: "${NOWHERE}" }', '', 'provision')).toContain('issuer.logto')
  expect(problems(issuer, ', permissions: { read: "${NOWHERE}" }', 'provision')).toEqual([
    'apis.t.permissions.read',
  ])
  expect(problems(issuer, ', authorization: "Basic ${not closed"', 'provision')).toEqual([
    'apis.t.authorization',
  ])
})
