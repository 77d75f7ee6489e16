import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/process.ts'

const root = join(import.meta.dirname, '..', '..')

/** The program as the image has it, but without any package. */
function copyOfProgram(): { folder: string; program: string } {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'dist'))
  const program = join(folder, 'dist', 'cli.js')
  copyFileSync(join(root, 'dist', 'cli.js'), program)
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  return { folder, program }
}

test('dist/cli.js is the whole program: it serves without any package beside it', async () => {
  const { folder, program } = copyOfProgram()
  const file = join(folder, 'gateway.yaml')
  const api = 'apis: { todo: { resource: https://api.test/, upstream: http://127.0.0.1:9, routes: {} } }'
  writeFileSync(file, `listen: 127.0.0.1:0\nadmin: { listen: "127.0.0.1:0" }\n${api}\n`)
  const child = spawn(process.execPath, [program, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += String(chunk)
    })
  }
  const ended = new Promise((resolve) => child.on('close', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  await expect.poll(() => output, { timeout: 10_000 }).toContain('"msg":"listening"')
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})

test('the demo, which is not published, says how to get it', () => {
  const { program } = copyOfProgram()
  expect(() => execFileSync(process.execPath, [program, 'demo'], { stdio: 'pipe' })).toThrow(
    'The demo needs the source repository',
  )
})

test('dist/THIRD-PARTY.txt and dist/sbom.cdx.json have every package in dist/cli.js', () => {
  const text = readFileSync(join(root, 'dist', 'THIRD-PARTY.txt'), 'utf8')
  const bill = JSON.parse(readFileSync(join(root, 'dist', 'sbom.cdx.json'), 'utf8'))
  const names = bill.components.map(({ name }: { name: string }) => name)
  expect(names).toEqual(expect.arrayContaining(['commander', 'jose', 'pino', 'undici', 'valibot', 'yaml']))
  expect(names).not.toContain('typescript')
  const hasNotice = (name: string) => new RegExp(`^${name} [\\d.]+ \\(.+\\)$`, 'm').test(text)
  expect(names.filter((name: string) => !hasNotice(name))).toEqual([])
})

describe('the npm package', () => {
  const npm = (args: readonly string[], cwd: string) =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  test('installs without any other package, and gives a working command', () => {
    const folder = temporaryFolder()
    // The scripts are left out since the program is built already: `prepack` builds it.
    const [packed] = JSON.parse(
      npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root),
    )
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    npm(['install', '--offline', '--no-audit', '--no-fund', join(folder, packed.filename)], folder)
    const run = (...args: string[]) =>
      spawnSync(join(folder, 'node_modules', '.bin', 'scopegate'), args, { cwd: folder, encoding: 'utf8' })
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(run('--version').stdout).toBe(`${version}\n`)
    expect(JSON.parse(run('schema').stdout)).toHaveProperty('title')
    const example = join(folder, 'node_modules', 'scopegate', 'gateway.example.yaml')
    expect(run('check', '--config', example).status).toBe(0)
    expect(run('init', '--upstream', 'http://api:3000', '--logto', 'https://tenant.logto.app').status).toBe(0)
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'scopegate',
    ])
  })

  test('is built before it is packed: a fresh clone has no program', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(scripts.prepack).toContain('npm run --silent build')
  })
})

test('LICENSE is the text of Apache-2.0, every byte of it', () => {
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'LICENSE')))
    .digest('hex')
  expect(digest).toBe('cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30')
})
