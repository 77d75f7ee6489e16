import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { launcher } from '../../../../src/dev/build/launcher.ts'

/** Runs the launcher beside a program that prints one word. */
function launch(range: string) {
  const folder = mkdtempSync(join(tmpdir(), 'scopegate-launcher-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'cli.js'), "console.log('started')\n")
  writeFileSync(join(folder, 'scopegate.js'), launcher(range))
  return spawnSync(process.execPath, [join(folder, 'scopegate.js')], { encoding: 'utf8' })
}

describe('the launcher', () => {
  it('starts the program on this Node', () => {
    expect(launch('>=20.20')).toMatchObject({ status: 0, stdout: 'started\n', stderr: '' })
  })

  it.each(['>=99.0', `>=${process.versions.node.split('.')[0]}.999`])(
    'says in one line that this Node is too old for %s',
    (range) => {
      expect(launch(range)).toMatchObject({
        status: 1,
        stdout: '',
        stderr: `Scopegate needs Node ${range.slice(2)} or newer, and this is ${process.version}\n`,
      })
    },
  )

  it('cannot be made of a range of another form', () => {
    expect(() => launcher('^20.20.0')).toThrow('engines.node must look like >=20.20')
  })
})
