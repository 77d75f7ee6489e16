import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { findWeaker, type OracleOperation, oracleOperations, scopesOf } from '../support/openapi-oracle.ts'
import { askRoutes } from '../support/route-table.ts'

const root = join(import.meta.dirname, '../..')
const program = join(root, 'dist/cli.js')

/** Public documents, which are large and not ours: they are used where somebody has put them. */
const folder = join(root, '../shared/openapi')
const documents = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:json|ya?ml)$/.test(name))
      .filter((name) => !name.includes('/') || name.endsWith('spec/swagger.yaml'))
      .sort()
  : []

/** These become nothing, and say why. */
const without: Readonly<Record<string, string>> = {
  'chatgpt-retrieval-ai-plugin-oauth.json': 'this is no OpenAPI document',
  'webhook-3.1.yaml': 'the document has no paths',
}

const flags: Readonly<Record<string, readonly string[]>> = {
  'SYNTHETIC-weird-3.1.yaml': ['--server', '/v2'],
  'petstore-separate-2.0/spec/swagger.yaml': ['--root', join(folder, 'petstore-separate-2.0')],
}

const out = mkdtempSync(join(tmpdir(), 'scopegate-openapi-'))
afterAll(() => rmSync(out, { recursive: true }))

function run(...args: string[]) {
  return spawnSync(process.execPath, [program, ...args], { cwd: out, encoding: 'utf8' })
}

function serverPathOf(document: Record<string, unknown>, name: string): string {
  const chosen = flags[name]?.includes('--server') ? flags[name]?.[1] : undefined
  const [server] =
    (document['servers'] as { url: string; variables?: Record<string, { default: string }> }[]) ?? []
  const url = server?.url.replace(/\{(\w+)\}/g, (_, variable) => server.variables?.[variable]?.default ?? '')
  const path = chosen ?? document['basePath'] ?? new URL(url ?? '/', 'http://a.test').pathname
  return String(path).replace(/\/$/, '')
}

/** The program's words about a document, and its operations as another reading finds them. */
function initOf(name: string) {
  const file = `${name.replaceAll('/', '-')}.gateway.yaml`
  const source = join(folder, name)
  const more = flags[name] ?? []
  const common = ['--upstream', 'http://up.test:3000', '--logto', 'https://tenant.logto.app']
  const result = run('init', '--openapi', source, ...common, '--out', file, ...more)
  const document = parse(readFileSync(source, 'utf8'), { merge: true, maxAliasCount: -1 })
  const operations = oracleOperations(document, serverPathOf(document, name))
  const check = run('check', file, '--openapi', source, ...more)
  const { config } = loadConfig(join(out, file), {})
  return { result, operations, check, config }
}

/** Literals of the document as values of its parameters: where paths cross, these are meant. */
function valuesFor(operations: readonly OracleOperation[]): (index: number) => readonly string[] {
  const literals = [...new Set(operations.flatMap(({ template }) => template.match(/(?<=\/)\w+/g) ?? []))]
  return (index) => ['v1', ...[7, 13].map((step) => literals[(index * step) % literals.length] ?? 'v2')]
}

/** Operations that are neither let through with every scope nor said to be left out. */
async function refusedOperations(operations: readonly OracleOperation[], config: Config, said: string) {
  const ask = askRoutes(config)
  const refused: string[] = []
  for (const { method, template, paths } of operations) {
    if (said.includes(` ${method} ${template}`)) continue
    const answer = await ask(method, encodeURI(paths('v1')[0] ?? '/'), scopesOf(operations))
    if (answer !== 'allow') refused.push(`${method} ${template}: ${answer}`)
  }
  return refused
}

describe.skipIf(documents.length === 0)('of the public documents (skipped where they are not)', () => {
  test.each(documents.filter((name) => without[name] === undefined))(
    '%s: no route is weaker',
    async (name) => {
      const { result, operations, check, config } = initOf(name)
      expect(result.stderr).toBe('')
      const [, total, exact = 0, widened = 0, leftOut = 0] =
        /^(\d+) operations?: (\d+) exact, (\d+) widened, (\d+) left out$/m.exec(result.stdout)?.map(Number) ??
        []
      expect(total).toBe(operations.length)
      expect(exact + widened + leftOut).toBe(total)
      expect(result.status).toBe(exact === total ? 0 : 2)
      expect(check.status, check.stderr).toBe(check.stderr.includes(' differ\n') ? 2 : 0)
      if (config === undefined) throw new Error('check accepted it')
      expect(await findWeaker(operations, askRoutes(config), valuesFor(operations))).toEqual([])
      expect(await refusedOperations(operations, config, result.stdout)).toEqual([])
    },
    60_000,
  )

  test.each(Object.entries(without).filter(([name]) => documents.includes(name)))(
    '%s becomes nothing: %s',
    (name, reason) => {
      const file = `${name}.none.yaml`
      const { status, stdout, stderr } = run('init', '--openapi', join(folder, name), '--out', file)
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
      expect(stderr).toContain(reason)
      expect(existsSync(join(out, file))).toBe(false)
    },
  )
})
