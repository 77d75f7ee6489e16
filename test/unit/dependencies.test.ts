import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, root), 'utf8')
const page = read('docs/dependencies.md')
const { dependencies, devDependencies } = JSON.parse(read('package.json')) as {
  readonly dependencies?: unknown
  readonly devDependencies: Record<string, string>
}

const bench = JSON.parse(read('bench/package.json')) as { readonly dependencies: Record<string, string> }
const lock = JSON.parse(read('package-lock.json')) as {
  readonly packages: Record<string, { readonly version?: string }>
}

/** First cells of the table under a heading. */
function listed(heading: string): string[] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| `([^`]+)` *\| \S/gm)].map(([, name = '']) => name)
}

/** Packages that the program imports, the stand-ins aside. */
function imported(): string[] {
  const files = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
  const texts = files
    .filter((name) => name.endsWith('.ts') && !name.startsWith('dev/'))
    .map((name) => read(`src/${name}`))
  const names = texts.flatMap((text) => [...text.matchAll(/(?:from|import\() ?'([@a-z][^',]*)'/g)])
  const packages = names
    .map(([, name = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '')
    .filter((name) => !name.startsWith('node:'))
  return [...new Set(packages)].sort()
}

describe('docs/dependencies.md', () => {
  it('gives a reason for every package in the program, and for no other', () => {
    expect(listed('In the program').sort()).toEqual(imported())
  })

  it('gives a reason for every package in development, and for no other', () => {
    const others = Object.keys(devDependencies).filter((name) => !imported().includes(name))
    expect(listed('In development only').sort()).toEqual(others.sort())
  })

  it('gives a reason for every package in the benchmark, and for no other', () => {
    expect(listed('In the benchmark').sort()).toEqual(Object.keys(bench.dependencies).sort())
  })
})

describe('bench/package.json', () => {
  it('measures against the undici that is built in', () => {
    expect(bench.dependencies['undici']).toBe(lock.packages['node_modules/undici']?.version)
  })

  it('keeps its packages out of the product, all but the one that a test needs and the one that is built in', () => {
    const both = Object.keys(bench.dependencies).filter((name) => lock.packages[`node_modules/${name}`])
    expect(both.sort()).toEqual(['http-proxy', 'undici'])
  })
})

describe('package.json', () => {
  it('has nothing installed with the program, since all of it is built in', () => {
    expect(dependencies).toBeUndefined()
  })
})
