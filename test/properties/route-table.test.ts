import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { parseRequestTarget } from '../../src/http/request-target.ts'
import { findRouteConflicts } from '../../src/route/conflict.ts'
import { type Pattern, type PatternSegment, parsePattern } from '../../src/route/pattern.ts'
import { createRouteTable, type TableRoute } from '../../src/route/table.ts'

type Named = TableRoute & { readonly name: string }

function patternOf(text: string): Pattern {
  const pattern = parsePattern(text)
  if (typeof pattern === 'string') throw new Error(`${text}: ${pattern}`)
  return pattern
}

/** Every path lists GET and requires a scope of its own. */
function apiOf(texts: readonly string[], at: { hosts?: string[]; pathPrefix?: string } = {}) {
  const paths = texts.map((text) => {
    const requirement = { kind: 'scopes', anyOf: [[text]], where: [] } as const
    const route: Named = { kind: 'route', requirement, allow: 0, name: text }
    return { pattern: patternOf(text), methods: new Map([['GET', route]]) }
  })
  return { name: texts.join(' '), hosts: [], pathPrefix: '', distinguishes: [], paths, ...at }
}

function tableOf(texts: readonly string[]) {
  const apis = [apiOf(texts)]
  return { table: createRouteTable<Named>(apis), conflicts: findRouteConflicts(apis) }
}

function ask(table: ReturnType<typeof tableOf>['table'], path: string): string {
  const target = parseRequestTarget(path, 'GET', 'h')
  if ('code' in target) throw new Error(`${path}: ${target.detail}`)
  const found = table.find('h', target, 'GET')
  return found.kind === 'route' ? found.name : found.code
}

/** The lower, the more specific. Between the first two stand parameters with literals around them. */
const literal = 0
const wildcard = 1000
const rest = 2000

/**
 * How specific each segment is, or undefined when the pattern does not match, in the words of the
 * specification.
 */
function ranksOf({ segments }: Pattern, path: string): number[] | undefined {
  const parts = path === '/' ? [] : path.slice(1).replace(/\/$/, '').split('/')
  const ranks: number[] = []
  for (const [i, segment] of segments.entries()) {
    if (segment.kind === 'rest') return [...ranks, rest]
    const rank = rankOf(segment, parts[i] ?? '')
    if (rank === undefined) return undefined
    ranks.push(rank)
  }
  return parts.length === segments.length ? ranks : undefined
}

function rankOf(segment: PatternSegment, part: string): number | undefined {
  if (part === '') return undefined
  if (segment.kind === 'literal') return segment.text === part ? literal : undefined
  if (segment.kind !== 'affixed') return wildcard
  const { prefix, suffix } = segment
  const value = part.slice(prefix.length, part.length - suffix.length)
  if (value === '' || `${prefix}${value}${suffix}` !== part) return undefined
  return wildcard - 10 * (prefix.length + suffix.length) - prefix.length
}

/** Segment by segment from the left; the end of the path before `**`. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? -1) - (b[i] ?? -1)
    if (difference !== 0) return difference
  }
  return 0
}

/** Looks at every pattern. */
function searchNaively(texts: readonly string[], path: string): string {
  const matching = texts.flatMap((text) => {
    const ranks = ranksOf(patternOf(text), path)
    return ranks === undefined ? [] : [{ text, ranks }]
  })
  return matching.sort((a, b) => compare(a.ranks, b.ranks))[0]?.text ?? 'not_found'
}

const word = fc.constantFrom('a', 'b', 'c')
const affix = fc.constantFrom('', 'a', 'b', 'ab', 'ba')
const affixed = fc.tuple(affix, affix).map(([prefix, suffix]) => `${prefix}{x}${suffix}`)
const segments = fc.array(fc.oneof({ arbitrary: word, weight: 3 }, affixed, fc.constantFrom('{x}', '*')), {
  maxLength: 4,
})
const text = fc.record({ segments, isOpen: fc.boolean() }).map(({ segments, isOpen }) => {
  const named = segments.map((segment, i) => segment.replace('{x}', `{x${i}}`))
  return `/${[...named, ...(isOpen ? ['**'] : [])].join('/')}`
})
const setKey = (text: string) => text.replace(/\{x\d\}/g, '*')
const texts = fc.uniqueArray(text, { minLength: 1, maxLength: 12, selector: setKey })
/** Long enough that prefixes and suffixes overlap in it. */
const part = fc.string({ unit: fc.constantFrom('a', 'b', 'd'), minLength: 1, maxLength: 5 })
const path = fc
  .record({ parts: fc.array(fc.oneof(word, part), { maxLength: 5 }), slash: fc.boolean() })
  .map(({ parts, slash }) => (parts.length === 0 ? '/' : `/${parts.join('/')}${slash ? '/' : ''}`))

describe('the compiled route table', () => {
  test('agrees with a naive search, whatever the order of the routes', () => {
    fc.assert(
      fc.property(texts, fc.array(path, { minLength: 1, maxLength: 10 }), (texts, paths) => {
        const { table, conflicts } = tableOf(texts)
        const { table: reversed } = tableOf(texts.toReversed())
        expect(conflicts.filter(({ kind }) => kind !== 'weaker-wildcard')).toEqual([])
        for (const path of paths) {
          expect(ask(table, path)).toBe(searchNaively(texts, path))
          expect(ask(reversed, path)).toBe(searchNaively(texts, path))
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('finds two patterns of one set in conflict, and only those', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 10 }), (texts) => {
        const { conflicts } = tableOf(texts)
        const same = conflicts.filter(({ kind }) => kind === 'same-path').length
        expect(same).toBe(texts.length - new Set(texts.map(setKey)).size)
      }),
      { numRuns: 1000 },
    )
  })

  test('chooses the most specific host, then the longest path, as a naive search does', () => {
    const host = fc.constantFrom('', 'a.test', 'b.a.test', '*.test', '*.a.test')
    const prefix = fc.constantFrom('', '/a', '/a/b', '/b')
    const place = fc.record({ host, prefix })
    const places = fc.uniqueArray(place, {
      minLength: 1,
      maxLength: 8,
      selector: (at) => at.host + at.prefix,
    })
    const rankOf = (host: string, asked: string): number => {
      if (host === '') return 0
      if (!host.startsWith('*.')) return host === asked ? 1000 : -1
      return asked.endsWith(host.slice(1)) && asked.length >= host.length ? host.length : -1
    }
    fc.assert(
      fc.property(
        places,
        fc.constantFrom('a.test', 'b.a.test', 'c.test', 'other'),
        path,
        (places, asked, path) => {
          const apis = places.map(({ host, prefix }) => ({
            ...apiOf([`${prefix}/**`], { hosts: host === '' ? [] : [host], pathPrefix: prefix }),
            name: `${host}${prefix}`,
          }))
          const [best] = places
            .filter(({ host, prefix }) => rankOf(host, asked) >= 0 && `${path}/`.startsWith(`${prefix}/`))
            .sort(
              (a, b) => rankOf(b.host, asked) - rankOf(a.host, asked) || b.prefix.length - a.prefix.length,
            )
          const expected = best && `${best.host}${best.prefix}`
          expect(createRouteTable<Named>(apis).findApi(asked, path)).toBe(expected)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('a route with a wider one beside it', () => {
  const strict = '/admin/keys/{id}'
  const { table } = tableOf(['/**', strict, '/admin/status'])
  const percentEncoded = (character: string) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  const fullWidth = (character: string) => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0)
  /** Ways to write a letter that some server reads as that letter. */
  const disguise = fc.constantFrom(
    (letter: string) => letter,
    (letter: string) => letter.toUpperCase(),
    percentEncoded,
    (letter: string) => percentEncoded(fullWidth(letter)),
    (letter: string) => percentEncoded(fullWidth(letter.toUpperCase())),
    (letter: string) => (letter === 'i' ? percentEncoded('ı') : letter),
    (letter: string) => (letter === 'k' ? percentEncoded('\u212a') : letter),
    (letter: string) => (letter === 's' ? percentEncoded('ſ') : letter),
    (letter: string) => letter + percentEncoded('\u00ad'),
    (letter: string) => percentEncoded('\u200b') + letter,
    (letter: string) => `${percentEncoded('％')}${letter.charCodeAt(0).toString(16)}`,
  )
  const between = fc.constantFrom(
    '/',
    './',
    '%20/',
    '.php/',
    '.JSON/',
    percentEncoded('／'),
    percentEncoded('＼'),
    `${percentEncoded('；')}x/`,
    `${percentEncoded('\u200b')}/`,
  )
  const end = fc.constantFrom('', '.', '.json', '%20', '/', percentEncoded('？x'), percentEncoded('＃'))
  const disguised = fc
    .record({
      ways: fc.array(disguise, { minLength: 9, maxLength: 9 }),
      first: between,
      second: between,
      end,
    })
    .map(({ ways, first, second, end }) => {
      const letters = [...'adminkeys'].map((letter, i) => ways[i]?.(letter) ?? letter)
      return `/${letters.slice(0, 5).join('')}${first}${letters.slice(5).join('')}${second}7${end}`
    })

  test('is never passed by a path that a server may read as one of its own', () => {
    fc.assert(
      fc.property(disguised, (path) => {
        expect(['ambiguous_target', strict]).toContain(ask(table, path))
      }),
      { numRuns: 5000 },
    )
  })
})

/** Requests and routes with capitals, dots and extensions. */
const wild = fc
  .string({ unit: fc.constantFrom('a', 'A', 'b', '.'), minLength: 1, maxLength: 5 })
  .filter(hasName)
const wildAffixed = fc
  .tuple(wild, fc.constantFrom('', '.', '.b', 'B'))
  .map(([prefix, suffix]) => `${prefix}{x}${suffix}`)
const wildSegments = fc.array(fc.oneof(wild, wildAffixed, fc.constant('{x}')), { minLength: 1, maxLength: 2 })
const wildText = wildSegments.map(
  (parts) => `/${parts.map((part, i) => part.replace('{x}', `{x${i}}`)).join('/')}`,
)
const wildPath = fc.array(wild, { minLength: 1, maxLength: 2 }).map((parts) => `/${parts.join('/')}`)

function hasName(part: string): boolean {
  return /[^.]/.test(part)
}

/** As a server reads a path, or declares it, that ignores letter case, trailing dots and the extension. */
function asOldServer(text: string): string {
  const parts = text
    .toLowerCase()
    .split('/')
    .map((part) => part.replace(/\.+$/, ''))
  const last = parts.pop() ?? ''
  return [...parts, last.replace(/(?<=[^.].*)\.[^.]*$/, '').replace(/\.+$/, '')].join('/')
}

describe('a request that is let through', () => {
  test('is never another one to a server that ignores letter case, trailing dots and extensions', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(wildText, { minLength: 1, maxLength: 6 }),
        fc.array(wildPath),
        (texts, paths) => {
          const { table, conflicts } = tableOf(texts)
          fc.pre(conflicts.every(({ kind }) => kind === 'weaker-wildcard'))
          const declared = new Map(texts.map((text) => [asOldServer(text), text]))
          for (const path of paths) {
            const found = ask(table, path)
            const read = searchNaively([...declared.keys()], asOldServer(path))
            if (texts.includes(found) && declared.has(read)) expect(declared.get(read)).toBe(found)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })
})

/** Seven kinds of paths in turn, all different. */
function manyTexts(number: number): string[] {
  return Array.from({ length: number }, (_, i) => {
    const wild = [`/a${i}/{id}`, `/b/c${i}/*`, `/d/{id}/e${i}`, `/f${i}/**`]
    const kinds = [`/a${i}`, ...wild, `/g/h${i}-{id}.json`, `/g/{id}:i${i}`]
    return kinds[i % kinds.length] ?? ''
  })
}

/** Each step of a search or of an insertion looks one literal up. */
function countLookUps(run: () => void): number {
  const spy = vi.spyOn(Map.prototype, 'get')
  try {
    run()
    return spy.mock.calls.length
  } finally {
    spy.mockRestore()
  }
}

describe('ten thousand routes', () => {
  test('compile in steps that grow with their number only', () => {
    const stepsFor = (number: number) => countLookUps(() => tableOf(manyTexts(number)))
    const [few, many] = [stepsFor(1000), stepsFor(10_000)]
    expect(few).toBeGreaterThan(1000)
    expect(many / few).toBeLessThan(11)
  })

  test('compile within five seconds on the slowest machine', () => {
    const startedMs = performance.now()
    const { conflicts } = tableOf(manyTexts(10_000))
    expect(conflicts).toEqual([])
    expect(performance.now() - startedMs).toBeLessThan(5000)
  })

  test.each([
    ['/a9989', '/a9989'],
    ['/a9990/7', '/a9990/{id}'],
    ['/b/c9991/7', '/b/c9991/*'],
    ['/d/7/e9992', '/d/{id}/e9992'],
    ['/f9993/7/8', '/f9993/**'],
    ['/g/h9994-7.json', '/g/h9994-{id}.json'],
    ['/g/7:i9995', '/g/{id}:i9995'],
    ['/nowhere/at/all', 'not_found'],
  ])('are searched for %s in no more steps than seven', (path, found) => {
    const few = tableOf(manyTexts(9996).slice(-7)).table
    const many = tableOf(manyTexts(10_000)).table
    expect([ask(few, path), ask(many, path)]).toEqual([found, found])
    const steps = [many, few].map((table) => countLookUps(() => ask(table, path)))
    expect(steps[0]).toBe(steps[1])
  })
})
