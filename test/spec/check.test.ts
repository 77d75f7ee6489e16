import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const program = join(root, 'dist/cli.js')

const right = `issuer: { logto: https://tenant.logto.app }
apis:
  todo:
    resource: https://api.example.com/
    upstream: http://legacy-api:3000
    routes: { /todos: read }
`
const understood = '1 route: 1 by scope; scopes: read\n'
const warned = right.replace('https://api.example.com/', 'todo')
const wrong = right.replace('read', '[read, write]')

/** The program as it is installed, in a folder that holds this file and nothing else. */
function run(
  args: readonly string[],
  files: Readonly<Record<string, string | Buffer>> = {},
  env: Readonly<Record<string, string>> = {},
): SpawnSyncReturns<string> {
  const folder = mkdtempSync(join(tmpdir(), 'scopegate-check-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  const { PATH = '' } = process.env
  return spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH, ...env },
    encoding: 'utf8',
  })
}

describe('scopegate check', () => {
  test('exits 0 and says so when nothing is wrong', () => {
    const { status, stdout, stderr } = run(['check'], { 'gateway.yaml': right })
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: `gateway.yaml: no problems\n${understood}`,
      stderr: '',
    })
  })

  test('prints one line of what it understood, also beside a warning', () => {
    const todos = '{ GET: read, "PUT, PATCH": write read }'
    const routes = `${todos}, /me: authenticated, /health: public, /x: optional`
    const text = right.replace('/todos: read', `/todos: ${routes}, /y: { anyOf: [admin, read] }`)
    const line = '6 routes: 1 public, 1 optional, 1 authenticated, 3 by scope; scopes: read write admin\n'
    expect(run(['check'], { 'gateway.yaml': text }).stdout).toBe(`gateway.yaml: no problems\n${line}`)
    expect(run(['check'], { 'gateway.yaml': warned }).stdout).toBe(understood)
    const none = right.replace('{ /todos: read }', '{}')
    expect(run(['check'], { 'gateway.yaml': none }).stdout).toContain('0 routes: every request is refused\n')
  })

  test('names the metadata that is answered here, what must be routed here for it, and what has none', () => {
    const text = `publicUrl: https://api.example.com/base
${right.replace('.com/', '.com/base/todo')}  other: { resource: https://other.example.com/, path: /other, upstream: http://b, routes: { /other/x: read } }
`
    const { status, stdout } = run(['check', '--strict'], { 'gateway.yaml': text })
    const path = '/.well-known/oauth-protected-resource/base/todo'
    expect(status).toBe(0)
    expect(stdout.split('\n').slice(1, -1)).toEqual([
      `2 routes: 2 by scope; scopes: read; answered here: GET, HEAD, OPTIONS ${path}`,
      'no metadata (RFC 9728) of apis.other: its resource has another origin than publicUrl',
      `https://api.example.com${path} must be routed here, as ${path}: metadata is looked for at the root, publicUrl has a path`,
    ])
  })

  test('exits 1 on an error and shows where it is', () => {
    const { status, stdout, stderr } = run(['check'], { 'gateway.yaml': wrong })
    expect(status).toBe(1)
    expect(stdout).toBe('')
    expect(
      stderr,
    ).toBe(`gateway.yaml:6:23 apis.todo.routes./todos: a list does not say whether all or one is needed: \
write "read write" for all of them, { anyOf: [...] } for one

    routes: { /todos: [read, write] }
                      ^^^^^^^^^^^^^

gateway.yaml: 1 error, 0 warnings
`)
  })

  test('exits 0 on a warning, and 1 when it is strict', () => {
    const files = { 'gateway.yaml': warned }
    const lenient = run(['check'], files)
    expect(lenient.status).toBe(0)
    expect(lenient.stderr).toContain('gateway.yaml:4:15 apis.todo.resource: warning: not an absolute URI')
    expect(lenient.stderr).toContain('gateway.yaml: 0 errors, 1 warning\n')
    const strict = run(['check', '--strict'], files)
    expect(strict.status).toBe(1)
    expect(strict.stderr).toBe(lenient.stderr)
  })

  test('exits 0 when it is strict and nothing is wrong', () => {
    expect(run(['check', '--strict'], { 'gateway.yaml': right }).status).toBe(0)
  })

  test('reads the file that --config names, or SCOPEGATE_CONFIG', () => {
    const files = { 'gateway.yaml': wrong, 'other.yaml': right }
    const fine = `other.yaml: no problems\n${understood}`
    for (const args of [['--config', 'other.yaml'], ['-c', 'other.yaml'], ['other.yaml']])
      expect(run(['check', ...args], files).stdout).toBe(fine)
    expect(run(['check'], files, { SCOPEGATE_CONFIG: 'other.yaml' }).stdout).toBe(fine)
    expect(run(['check', 'other.yaml'], files, { SCOPEGATE_CONFIG: 'gateway.yaml' }).stdout).toBe(fine)
    const both = run(['check', '--config', 'gateway.yaml'], files, { SCOPEGATE_CONFIG: 'other.yaml' })
    expect(both.status).toBe(1)
  })

  test('exits 1 when there is no such file, and says what to do', () => {
    const { status, stderr } = run(['check', '--config', 'missing.yaml'])
    expect(status).toBe(1)
    expect(stderr).toBe(
      'missing.yaml:1:1 this file does not exist: create it, or name another with --config\n' +
        'missing.yaml: 1 error, 0 warnings\n',
    )
  })

  test('exits 1 when the file is a folder', () => {
    const { status, stderr } = run(['check', '--config', '.'])
    expect(status).toBe(1)
    expect(stderr).toContain('.:1:1 this file is a folder: name a file in it\n')
  })

  test('exits 1 when the file may not be read, and says by whom', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scopegate-check-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    chmodSync(folder, 0o755)
    const file = join(folder, 'gateway.yaml')
    writeFileSync(file, right, { mode: 0o600 })
    // The superuser may read everything: then somebody else checks it.
    const isRoot = process.getuid?.() === 0
    if (!isRoot) chmodSync(file, 0)
    // From within, since somebody else may not be able to start this Node.
    const asNobody = 'data:text/javascript,process.setgid(65534);process.setuid(65534)'
    const flags = isRoot ? ['--import', asNobody] : []
    const { status, stderr } = spawnSync(process.execPath, [...flags, program, 'check', file], {
      encoding: 'utf8',
    })
    const uid = isRoot ? 65_534 : process.getuid?.()
    expect(status).toBe(1)
    expect(stderr).toContain(`${file}:1:1 this file cannot be read: uid ${uid} may not read it: chmod 644`)
  })

  test.each(['utf16le', 'latin1'] as const)('exits 1 when the file is written in %s', (encoding) => {
    const bytes = Buffer.from(`# caf\u00e9\n${right}`, encoding)
    const { status, stderr } = run(['check'], { 'gateway.yaml': bytes })
    expect(status).toBe(1)
    expect(stderr).toContain('gateway.yaml:1:1 this file is not UTF-8: save it in that encoding\n')
  })

  test('takes variables from its environment, and file names from the folder of the configuration', () => {
    const files = {
      'gateway.yaml': `${right}    authorization: Basic \${LEGACY_BASIC}\n    clients: ["\${file:client}"]\n`,
      client: 'chatgpt-app\n',
    }
    const env = { LEGACY_BASIC: 'c2VzYW1lOm9wZW4tc2VzYW1l' }
    expect(run(['check'], files, env).status).toBe(0)
    const without = run(['check'], files)
    expect(without.status).toBe(1)
    expect(without.stderr).toContain('the variable LEGACY_BASIC is unset or empty')
  })

  test('never prints what a reference stands for', () => {
    const text = `${right}log: { level: "\${LEVEL}" }\n`
    const { status, stdout, stderr } = run(['check'], { 'gateway.yaml': text }, { LEVEL: 'sesame-open' })
    expect(status).toBe(1)
    expect(stdout + stderr).not.toContain('sesame')
  })

  test('finds nothing wrong with the example that is shipped', () => {
    const { status, stderr } = run(['check', '--strict', '--config', join(root, 'gateway.example.yaml')])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

describe('scopegate', () => {
  test.each([
    ['an unknown command', ['chek']],
    ['no command', []],
    ['an unknown flag', ['check', '--stict']],
    ['a flag without its value', ['check', '--config']],
    ['an argument too many', ['check', 'gateway.yaml', 'other.yaml']],
    ['two files', ['check', 'gateway.yaml', '--config', 'other.yaml']],
    ['two files for serve', ['serve', 'gateway.yaml', '-c', 'other.yaml']],
  ])('exits 64 on %s', (_, args) => {
    const { status, stdout, stderr } = run(args, { 'gateway.yaml': right })
    expect(status).toBe(64)
    expect(stdout).toBe('')
    expect(stderr).toContain('Usage: scopegate')
  })

  test('suggests the command that was meant', () => {
    expect(run(['chek']).stderr).toContain('Did you mean check?')
  })

  test.each([
    ['--help', ['--help'], 'Usage: scopegate [options] [command]'],
    ['help', ['help'], 'Usage: scopegate [options] [command]'],
    ['check --help', ['check', '--help'], '--strict'],
    ['serve --help', ['serve', '--help'], '-c, --config <file>'],
  ])('exits 0 on %s', (_, args, words) => {
    const { status, stdout, stderr } = run(args)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(words)
  })

  test('serve exits 1 when the configuration is at fault', () => {
    for (const args of [[], ['gateway.yaml'], ['-c', 'gateway.yaml']]) {
      const { status, stderr } = run(['serve', ...args], { 'gateway.yaml': wrong })
      expect(status).toBe(1)
      expect(stderr).toContain('gateway.yaml:6:23 apis.todo.routes./todos:')
    }
  })
})
