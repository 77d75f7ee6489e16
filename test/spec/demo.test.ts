import { createServer } from 'node:http'
import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { runDemo } from '../../src/dev/demo/demo.ts'
import { close, listen } from '../../src/dev/stand-in/listen.ts'

function recorder(): { print: (line: string) => void; text: () => string } {
  const lines: string[] = []
  return { print: (line) => void lines.push(line), text: () => stripVTControlCharacters(lines.join('\n')) }
}

it('plays the founding story, every line as expected', async () => {
  const { print, text } = recorder()
  const status = await runDemo({ once: true, port: 0, print })
  expect(text()).toContain('All 11 answers are as expected.')
  expect(text()).not.toMatch(/^NO /m)
  expect(status).toBe(0)
})

it('says so and takes another port when the wanted one is taken', async () => {
  const other = createServer()
  const port = await listen(other, 0, '127.0.0.1')
  const { print, text } = recorder()
  expect(await runDemo({ once: true, port, print })).toBe(0)
  expect(text()).toContain(`Port ${port} is taken, so the gateway uses `)
  await close(other)
})
