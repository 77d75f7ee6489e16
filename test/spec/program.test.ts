import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
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

test('dist/THIRD-PARTY.txt has the licence of every package in dist/cli.js', () => {
  const text = readFileSync(join(root, 'dist', 'THIRD-PARTY.txt'), 'utf8')
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const inside = Object.keys(dependencies)
  expect(inside.filter((name) => !new RegExp(`^${name} [\\d.]+ \\(.+\\)$`, 'm').test(text))).toEqual([])
})
