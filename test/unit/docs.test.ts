import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatIssue } from '../../src/config/issue.ts'
import { parseConfig } from '../../src/config/load.ts'
import { codes } from '../../src/errors.ts'
import { families } from '../../src/log/metric-families.ts'
import { startRecord } from '../../src/log/request-record.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (page: string) => readFileSync(join(root, page), 'utf8')
const pages = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)

/** Blocks of code show what is no link. */
function prose(page: string): string {
  return read(page).replace(/^```.*?^```$/gms, '')
}

function linksOf(page: string): string[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
}

/** As Markdown renderers make them of headings. */
function anchorsOf(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function resolves(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, target))) return false
  return anchor === undefined || anchorsOf(target).includes(anchor)
}

describe.each(pages)('%s', (page) => {
  it('links only to what is there', () => {
    const relative = linksOf(page).filter((link) => !/^[a-z]+:/.test(link))
    expect(relative.filter((link) => !resolves(page, link))).toEqual([])
  })
})

describe('examples', () => {
  const blocks = [...read('README.md').matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = '']) => yaml)
  const examples = [...blocks, read('docs/compose/gateway.yaml'), read('gateway.example.yaml')]

  it.each(examples)('load without a problem: %#', (yaml) => {
    const result = parseConfig(yaml, { fileName: 'example.yaml', env: {} })
    const problems = result.issues.filter(({ severity }) => severity === 'error')
    expect(problems.map((issue) => formatIssue(issue, result))).toEqual([])
    expect(result.config?.apis).not.toEqual([])
  })
})

describe('gateway.example.yaml', () => {
  /** Keys that exclude another one, or name a file that is not there. */
  const aside = /^ *(?:url|tls|from: \{|organizations)/
  const whole = read('gateway.example.yaml')
    .split('\n')
    .map((line) => {
      const [, indent = '', rest = ''] =
        /^( *)# ( *[a-z][\w-]*:.*| {2,}\{.*| {4,}[\w ]+: .*)$/.exec(line) ?? []
      return rest === '' || aside.test(rest) || rest.startsWith('yaml-') ? line : `${indent}${rest}`
    })
    .join('\n')

  it('is right with everything in it that stands in comments, too', () => {
    const text = whole.replaceAll(/"\$\{[^}]*\}"/g, 'a-secret-of-16-bytes')
    const result = parseConfig(text, { fileName: 'example.yaml', env: {}, use: 'provision' })
    const problems = result.issues.filter(({ severity }) => severity === 'error')
    expect(problems.map((issue) => formatIssue(issue, result))).toEqual([])
  })

  it('names every key at the top of a file', () => {
    const names = new Set([...whole.matchAll(/^([a-z]\w*):/gm)].map(([, name]) => name))
    const others = ['issuers', 'tls']
    const properties = Object.keys(JSON.parse(read('gateway.schema.json')).properties)
    expect(properties.filter((name) => !names.has(name) && !others.includes(name))).toEqual([])
  })
})

describe('docs/operating.md', () => {
  const page = read('docs/operating.md')

  it.each(Object.keys(startRecord('', '')))('explains the log field %s', (field) => {
    expect(page).toMatch(new RegExp(`^\\|[^|]*\`${field}\``, 'm'))
  })

  it.each(Object.entries(codes))('explains the code %s', (code, { status }) => {
    expect(page).toMatch(new RegExp(`^\\| \`${code}\` *\\| ${status} *\\| \\S`, 'm'))
  })

  it.each(Object.entries(families))('explains the metric %s, with its labels', (name, { type, labels }) => {
    const kind = type === 'info' ? 'gauge' : type
    const row = new RegExp(`^\\| \`${name}\` *\\| ${kind}\\b[^|]*\\| (\\S.*)$`, 'm').exec(page)?.[1]
    expect(row).toBeDefined()
    for (const label of labels) expect(row).toContain(`\`${label}\``)
  })

  it('explains no metric that there is not', () => {
    const section = page.split('\n## Metrics\n')[1]?.split('\n## ')[0] ?? ''
    const explained = [...section.matchAll(/^\| `([a-z_]+)`/gm)].map(([, name]) => name)
    expect(explained).toEqual(Object.keys(families))
  })
})

describe('docs/troubleshooting.md', () => {
  const firstCells = [...read('docs/troubleshooting.md').matchAll(/^\| ([^|]+) \|/gm)].map(
    ([, cell = '']) => cell,
  )
  const named = firstCells.flatMap((cell) =>
    [...cell.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, code]) => code),
  )

  it('names only codes that there are, of the gateway or of OAuth', () => {
    const known = new Set([
      ...Object.keys(codes),
      'access_denied',
      'invalid_client',
      'invalid_grant',
      'invalid_target',
    ])
    expect(named.filter((code) => !known.has(code ?? ''))).toEqual([])
  })
})
