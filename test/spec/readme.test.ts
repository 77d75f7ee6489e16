import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { terminalSvg } from '../../src/dev/build/terminal-svg.ts'
import { runDemo } from '../../src/dev/demo/demo.ts'
import { storyOf } from '../../src/dev/demo/story/story.ts'
import { startSampleApi } from '../../src/dev/stand-in/sample-api.ts'
import { spawnCli, temporaryFolder } from '../support/process.ts'

const root = join(import.meta.dirname, '..', '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text)

describe('the README', () => {
  it('has a configuration of ten lines that fits in one screen with its comments, and a larger one', () => {
    const [small = '', large = ''] = blocks('yaml')
    expect(small.trimEnd().split('\n').length).toBeLessThanOrEqual(10)
    expect(large.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
  })

  it.each(blocks('yaml'))('shows a configuration that passes check --strict: %#', async (yaml) => {
    const file = join(temporaryFolder(), 'gateway.yaml')
    writeFileSync(file, yaml)
    const { output, exited } = spawnCli(['check', '--config', file, '--strict'])
    expect(await exited, output()).toBe(0)
  })

  it('shows what really comes back for its ten lines', async () => {
    const api = await startSampleApi()
    const file = join(temporaryFolder(), 'gateway.yaml')
    writeFileSync(file, blocks('yaml')[0] ?? '')
    const args = ['demo', '--port', '0', '--config', file, '--upstream', api.origin]
    const { output, child, exited } = spawnCli(args)
    await expect.poll(output, { timeout: 15_000 }).toContain('Ctrl-C stops everything')
    const gateway = /^(http:\S+) now guards/m.exec(output())?.[1] ?? ''
    const TOKEN = /^FIRST=(\S+)$/m.exec(output())?.[1] ?? ''
    for (const { command, answer } of shownCommands()) {
      const real = command.replace('http://localhost:8080', gateway)
      const { stdout } = await promisify(execFile)('bash', ['-c', real], { env: { ...process.env, TOKEN } })
      for (const fragment of answer) expect(stdout).toContain(fragment)
    }
    child.kill('SIGTERM')
    await exited
    await api.close()
  })

  it('shows the demo as it is (`npm run story` draws it)', async () => {
    const printed: string[] = []
    await runDemo({ once: true, port: 0, print: (line) => void printed.push(line) })
    const drawn = readFileSync(join(root, 'docs', 'demo.svg'), 'utf8')
    expect(drawn).toBe(terminalSvg('npm run demo', storyOf(printed)))
  })
})

/** The commands of the block with answers. Where an answer has `…`, something was left out. */
function shownCommands(): { command: string; answer: string[] }[] {
  const [text = ''] = blocks('console')
  return text.split(/^\$ /m).flatMap((part) => {
    const [command = '', ...lines] = part.trimEnd().split('\n')
    const answer = lines.flatMap((line) => line.split('…')).filter((fragment) => fragment !== '')
    return command === '' ? [] : [{ command: command.replace('curl', 'curl -s'), answer }]
  })
}
