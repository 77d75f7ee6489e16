import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/dependencies.md', root), 'utf8')
const { dependencies, devDependencies } = JSON.parse(
  readFileSync(new URL('package.json', root), 'utf8'),
) as Record<'dependencies' | 'devDependencies', Record<string, string>>

/** First cells of the table under a heading. */
function listed(heading: string): string[] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| `([^`]+)` *\| \S/gm)].map(([, name = '']) => name)
}

describe('docs/dependencies.md', () => {
  it('gives a reason for every package in the program, and for no other', () => {
    expect(listed('In the program').sort()).toEqual(Object.keys(dependencies).sort())
  })

  it('gives a reason for every package in development, and for no other', () => {
    expect(listed('In development only').sort()).toEqual(Object.keys(devDependencies).sort())
  })
})
