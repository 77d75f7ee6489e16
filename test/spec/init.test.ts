import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startHttpUpstream } from '../support/http-upstream.ts'
import { python } from '../support/program.ts'

const program = join(import.meta.dirname, '../../dist/cli.js')
const needed = ['--upstream', 'http://legacy-api:3000', '--logto', 'https://tenant.logto.app']

const todos = `openapi: 3.0.3
info: { title: Todo API }
servers: [{ url: https://api.example.com/v1 }]
components:
  securitySchemes: { oauth: { type: oauth2, flows: {} } }
security: [{ oauth: [read] }]
paths:
  /todos:
    get: { operationId: listTodos }
    post: { operationId: addTodo, security: [{ oauth: [write] }] }
  /health:
    get: { operationId: health, security: [] }
`

const crossing = JSON.stringify({
  openapi: '3.1.0',
  paths: Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      [`/{x}/p${i}`, { get: { security: [{ o: [`a${i}`] }] } }],
      [`/q${i}/{y}`, { get: { security: [{ o: [`b${i}`] }] } }],
    ]).flat(),
  ),
})

type Files = Readonly<Record<string, string>>

function folderWith(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'scopegate-init-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

/** The program as it is installed, without a terminal. */
function run(folder: string, ...args: readonly string[]) {
  return new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

describe('scopegate init --openapi', () => {
  test('writes a file that says where each route comes from, and exits 0 when all is exact', async () => {
    const folder = folderWith({ 'todos.yaml': todos })
    const { status, stdout, stderr } = await run(folder, 'init', '--openapi', 'todos.yaml', ...needed)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toBe(`gateway.yaml: 2 paths
3 operations: 3 exact, 0 widened, 0 left out
Public: no token is looked at:
  todos.yaml:12:5 GET /health health
Next: scopegate check gateway.yaml
`)
    expect(readFileSync(join(folder, 'gateway.yaml'), 'utf8')).toBe(`\
# Written by scopegate init from todos.yaml. Change what you like; scopegate check says what is wrong.

issuer:
  logto: https://tenant.logto.app

apis:
  todo:
    resource: https://api.example.com/v1 # the API identifier in Logto, byte for byte
    upstream: http://legacy-api:3000 # where allowed requests go
    routes:
      /v1/todos:
        GET: read # listTodos
        POST: write # addTodo
      /v1/health:
        GET: public # health
`)
    const check = await run(folder, 'check', '--strict', '--openapi', 'todos.yaml')
    expect(check).toEqual({
      status: 0,
      stdout:
        'gateway.yaml: no problems\n3 routes: 1 public, 2 by scope; scopes: read write\n' +
        'gateway.yaml and todos.yaml let the same requests through\n',
      stderr: '',
    })
  })

  test('says what is widened and what is left out, and exits 2', async () => {
    const more = `${todos}  /a/{x}-{y}: { get: {} }\n  /f/{p+}/z: { get: {} }\n  /t: { trace: {} }\n`
    const folder = folderWith({ 'todos.yaml': more })
    const { status, stdout } = await run(folder, 'init', '--openapi', 'todos.yaml', ...needed)
    expect(status).toBe(2)
    expect(stdout).toContain('6 operations: 3 exact, 1 widened, 2 left out\n')
    expect(stdout).toContain('  todos.yaml:13:17 GET /a/{x}-{y}: several parameters in one segment')
    expect(stdout).toContain('  todos.yaml:14:16 GET /f/{p+}/z: a parameter of several segments stands where')
    expect(stdout).toContain('  todos.yaml:15:9 TRACE /t: TRACE is never let through')
    expect((await run(folder, 'check')).status).toBe(0)
  })

  test('never overwrites a file unless it is told to', async () => {
    const folder = folderWith({ 'todos.yaml': todos, 'gateway.yaml': 'mine' })
    const args = ['init', '--openapi', 'todos.yaml', ...needed]
    const { status, stderr } = await run(folder, ...args)
    expect(status).toBe(1)
    expect(stderr).toBe('gateway.yaml exists and stays as it is: name another with --out, or say --force\n')
    expect(readFileSync(join(folder, 'gateway.yaml'), 'utf8')).toBe('mine')
    expect((await run(folder, ...args, '--out', 'other.yaml')).status).toBe(0)
    expect((await run(folder, ...args, '--force')).status).toBe(0)
    expect(readFileSync(join(folder, 'gateway.yaml'), 'utf8')).toContain('listTodos')
  })

  test('names every flag that is needed where nobody can be asked, and writes nothing', async () => {
    const folder = folderWith({ 'todos.yaml': todos })
    const { status, stderr } = await run(folder, 'init', '--openapi', 'todos.yaml')
    expect(status).toBe(1)
    expect(stderr).toContain('--upstream URL is needed where nobody can be asked')
    expect(stderr).toContain('such as https://api.example.com\n')
    expect(stderr).toContain('--logto URL is needed where nobody can be asked')
    expect(existsSync(join(folder, 'gateway.yaml'))).toBe(false)
  })

  test.each([
    ['--upstream', 'legacy-api:3000', '--upstream URL: the scheme is missing: write http:// in front of it'],
    ['--logto', 'x', '--logto URL: the scheme is missing'],
    ['--server', 'http://[', '--server is a URL or a path'],
  ])('says what is wrong with %s %s', async (flag, value, message) => {
    const folder = folderWith({ 'todos.yaml': todos })
    const { status, stderr } = await run(folder, 'init', '--openapi', 'todos.yaml', ...needed, flag, value)
    expect(status).toBe(1)
    expect(stderr).toContain(message)
  })

  test('asks for a server where paths differ, and takes the one that is named', async () => {
    const several = todos.replace('/v1 }]', '/v1 }, { url: /v2 }]')
    const folder = folderWith({ 'todos.yaml': several })
    const args = ['init', '--openapi', 'todos.yaml', ...needed]
    const { status, stderr } = await run(folder, ...args)
    expect(status).toBe(1)
    expect(stderr).toContain('--server URL is needed')
    expect(stderr).toContain('such as https://api.example.com/v1 or /v2')
    expect((await run(folder, ...args, '--server', 'https://api.example.com/v2')).status).toBe(0)
    expect(readFileSync(join(folder, 'gateway.yaml'), 'utf8')).toContain('/v2/todos:')
    const check = await run(folder, 'check', '--openapi', 'todos.yaml')
    expect(check.status).toBe(1)
    expect(check.stderr).toContain('--server')
    expect((await run(folder, 'check', '--openapi', 'todos.yaml', '--server', '/v2')).status).toBe(0)
  })

  test('reads other files below the folder of the document, or below --root, and no others', async () => {
    const item = 'get: { operationId: other }'
    const document = `${todos}  /other: { $ref: '../parts/other.yaml' }\n`
    const folder = folderWith({ 'api/todos.yaml': document, 'parts/other.yaml': item })
    const args = ['init', '--openapi', 'api/todos.yaml', ...needed]
    const narrow = await run(folder, ...args)
    expect(narrow.status).toBe(2)
    expect(narrow.stdout).toContain('missing reference ../parts/other.yaml: parts/other.yaml is outside of')
    expect(narrow.stdout).toContain('4 operations: 3 exact, 0 widened, 1 left out')
    const wide = await run(folder, ...args, '--force', '--root', '.')
    expect({ status: wide.status, said: wide.stdout.split('\n')[1] }).toEqual({
      status: 0,
      said: '4 operations: 4 exact, 0 widened, 0 left out',
    })
  })

  test('fetches a document from a URL, whose host is then that of its relative servers', async () => {
    const relative = todos.replace('https://api.example.com/v1', '/v1')
    const { url } = await startHttpUpstream((_, response) => void response.end(relative))
    const folder = folderWith({})
    const args = ['init', '--openapi', `${url}/openapi.yaml`, '--logto', 'https://tenant.logto.app']
    const { stderr } = await run(folder, ...args)
    expect(stderr).toContain(`such as ${url}\n`)
    expect((await run(folder, ...args, '--upstream', url)).status).toBe(0)
    expect(readFileSync(join(folder, 'gateway.yaml'), 'utf8')).toContain(`resource: ${url}/v1 #`)
  })

  test.each([
    ['no paths', 'openapi: 3.1.0\nwebhooks: {}', 'a.yaml:1:1 the document has no paths'],
    ['no OpenAPI', 'name: x', 'a.yaml:1:1 this is no OpenAPI document'],
    ['no YAML', 'openapi: [', 'a.yaml:1:11 not YAML or JSON'],
    ['3 MiB and more', 'a'.repeat(3 * 1024 * 1024 + 1), 'a.yaml:1:1 larger than 3 MiB'],
    ['paths that cross without end', crossing, 'its paths cross in more than 1000 places'],
    ['100,001 aliases', `a: &a 1\nb: [${'*a,'.repeat(100_001)}]`, 'stand for more than 100,000 nodes'],
  ])('explains a document with %s', async (_, text, message) => {
    const folder = folderWith({ 'a.yaml': text })
    const { status, stdout, stderr } = await run(folder, 'init', '--openapi', 'a.yaml', ...needed)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain(message)
    expect(existsSync(join(folder, 'gateway.yaml'))).toBe(false)
  })

  test('prints nothing that a terminal would obey', async () => {
    const evil = todos
      .replace('listTodos', '"\\e[2Jx\\u202ey"')
      .replace('/health:', '"/h\\e[31m": {}\n  /health:')
    const folder = folderWith({ 'todos.yaml': evil.replace('security: []', 'security: 1') })
    const { stdout, stderr } = await run(folder, 'init', '--openapi', 'todos.yaml', ...needed)
    expect(stdout + stderr).not.toMatch(/[\x1b\u202e]/)
    expect(readFileSync(join(folder, 'gateway.yaml'), 'utf8')).not.toMatch(/[\x1b\u202e]/)
  })
})

describe('scopegate init without a document', () => {
  test('writes read and write for everything', async () => {
    const folder = folderWith({})
    expect((await run(folder, 'init', ...needed)).status).toBe(0)
    const text = readFileSync(join(folder, 'gateway.yaml'), 'utf8')
    expect(text).toContain('      /**:\n        GET: read\n        OPTIONS: read\n        POST: write\n')
    expect((await run(folder, 'check', '--strict')).status).toBe(0)
  })

  test('asks on a terminal for what no flag says, and again after a wrong answer', async () => {
    const folder = folderWith({ 'todos.yaml': todos })
    const answers = ['todos.yaml', 'legacy-api', '', 'https://tenant.logto.app', '']
    await python(onTerminal, folder, process.execPath, program, JSON.stringify(answers))
    const text = readFileSync(join(folder, 'gateway.yaml'), 'utf8')
    expect(text).toContain('upstream: https://api.example.com #')
    expect(text).toContain('logto: https://tenant.logto.app\n')
    expect(text).toContain('resource: https://api.example.com/v1 #')
  })
})

/** Gives an answer whenever a question ends in a colon. */
const onTerminal = `
import json, os, pty, sys
_, folder, node, program, answers = sys.argv
pid, terminal = pty.fork()
if pid == 0:
    os.chdir(folder)
    os.execv(node, [node, program, 'init'])
seen = b''
for answer in json.loads(answers):
    while not seen.rstrip(b' \\x1b[0123456789GJ').endswith(b':'):
        seen += os.read(terminal, 4096)
    seen = b''
    os.write(terminal, answer.encode() + b'\\n')
try:
    while os.read(terminal, 4096): pass
except OSError:
    pass
print(os.waitpid(pid, 0)[1])
`

describe('scopegate init --compose', () => {
  const compose = `services:
  api: { image: todo-api, ports: ['127.0.0.1:8000:3000'] }
  db: { image: postgres:17 }
`

  test('takes the one service that may be an API, and prints what to add', async () => {
    const folder = folderWith({ 'compose.yaml': compose })
    const args = ['init', '--compose', 'compose.yaml', '--logto', 'https://tenant.logto.app']
    const { status, stdout } = await run(folder, ...args)
    expect(status).toBe(0)
    expect(stdout).toContain('services:\n  gateway:\n    image: scopegate\n')
    expect(stdout).toContain('depends_on: ["api"]\n')
    expect(stdout).toContain('Take ports: away from api')
    expect(readFileSync(join(folder, 'gateway.yaml'), 'utf8')).toContain('upstream: http://api:3000 #')
  })

  test('proposes them where there are several', async () => {
    const folder = folderWith({ 'compose.yaml': `${compose}  web: { build: . }\n` })
    const { status, stderr } = await run(folder, 'init', '--compose', 'compose.yaml', ...needed.slice(2))
    expect(status).toBe(1)
    expect(stderr).toContain('such as http://api:3000 or http://web\n')
  })

  test.each([
    ['a: 1', 'compose.yaml:1:1 a compose file has services:'],
    ['services: {', 'compose.yaml:1:12 not YAML or JSON'],
  ])('explains %s', async (text, message) => {
    const folder = folderWith({ 'compose.yaml': text })
    const { status, stderr } = await run(folder, 'init', '--compose', 'compose.yaml', ...needed)
    expect(status).toBe(1)
    expect(stderr).toContain(message)
  })
})

describe('scopegate check --openapi', () => {
  const file = (routes: string) => `issuer: { logto: https://tenant.logto.app }
apis:
  todo:
    resource: https://api.example.com/v1
    upstream: http://legacy-api:3000
    routes: ${routes}
`
  const right = '{ /v1/todos: { GET: read, POST: write }, /v1/health: { GET: public } }'

  async function compare(routes: string) {
    const folder = folderWith({ 'todos.yaml': todos, 'gateway.yaml': file(routes) })
    const { status, stderr } = await run(folder, 'check', '--openapi', 'todos.yaml')
    return { status, lines: stderr.trim().split('\n') }
  }

  test('exits 0 where nothing differs, whatever HEAD, conditions and other names of scopes say', async () => {
    for (const routes of [
      right,
      right.replace('GET: read', 'GET: { scopes: "read todos:all", where: { sub: me } }'),
      right.replace('POST: write', 'POST: "todos:write"'),
      right.replace('POST: write', 'POST: { anyOf: [write, "todos:write", "read todos:all"] }'),
    ])
      expect(await compare(routes)).toEqual({ status: 0, lines: [''] })
  })

  test.each([
    [
      right.replace(', POST: write', ''),
      ['Operations without a route:', '  todos.yaml:10:5 POST /todos addTodo'],
    ],
    [
      right.replace('POST: write', '"POST, DELETE": write'),
      ['Routes without an operation:', '  DELETE /v1/todos'],
    ],
    [
      right.replace('}, /v1/h', '}, /v1/x: { GET: read }, /v1/h'),
      ['Routes without an operation:', '  GET /v1/x'],
    ],
    [
      right.replace('/v1/todos', '/v1/**').replace(', POST: write', ''),
      [
        'Operations without a route:',
        '  todos.yaml:10:5 POST /todos addTodo',
        'Routes wider than their operations:',
        '  GET /v1/**: it covers more paths: todos.yaml:9:5 GET /todos listTodos',
      ],
    ],
    [
      right.replace('POST: write', 'POST: read'),
      [
        'Routes wider than their operations:',
        '  POST /v1/todos: it requires less: todos.yaml:10:5 POST /todos addTodo',
      ],
    ],
    [
      right.replace('POST: write', 'POST: { anyOf: [read, "todos:write"] }'),
      [
        'Routes wider than their operations:',
        '  POST /v1/todos: it requires less: todos.yaml:10:5 POST /todos addTodo',
      ],
    ],
    [
      right.replace('POST: write', 'POST: public'),
      [
        'Routes wider than their operations:',
        '  POST /v1/todos: it requires less: todos.yaml:10:5 POST /todos addTodo',
      ],
    ],
  ])('exits 2 on %s', async (routes, lines) => {
    expect(await compare(routes)).toEqual({
      status: 2,
      lines: ['gateway.yaml and todos.yaml differ', ...lines],
    })
  })

  test('exits 1 where the file or the document is at fault', async () => {
    expect((await compare('5')).status).toBe(1)
    const folder = folderWith({ 'gateway.yaml': file(right) })
    const { status, stderr } = await run(folder, 'check', '--openapi', 'gone.yaml')
    expect(status).toBe(1)
    expect(stderr).toBe('gone.yaml:1:1 no such file\n')
  })
})
