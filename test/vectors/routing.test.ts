import { describe, expect, test } from 'vitest'
import { findDecided } from './decided-otherwise.ts'
import { issuesIn, loading, refusedAtLoad } from './routing/case.ts'
import { routingCases, unspeakable } from './routing/sources.ts'
import { traefikInvalid } from './routing/traefik.ts'

const isListed = (...names: string[]) => findDecided(...names) !== undefined

describe('routing', () => {
  for (const { id, group, title, tag, expected, ask } of routingCases) {
    const decided = findDecided(id, group)
    if (ask === undefined || (decided !== undefined && decided.answer === undefined)) continue
    const wanted = decided?.answer ?? expected
    test(`${id}: ${title}: ${wanted}`, async () => {
      const answer = await ask()
      // Where readers of a path may differ, 400 is as good as the rule that the vector names.
      if (tag !== 'path-confusion' || answer !== 'ambiguous') expect(answer).toBe(wanted)
    })
  }

  test('every case is run, or listed with its reason', () => {
    const left = routingCases.filter(({ id, group, ask }) => ask === undefined && !isListed(id, group))
    expect(left.map(({ id }) => id)).toEqual([])
  })

  test('what is decided otherwise differs from what the source has', () => {
    const same = routingCases.filter(({ id, group, expected }) => findDecided(id, group)?.answer === expected)
    expect(same.map(({ id }) => id)).toEqual([])
  })
})

describe('what cannot be said', () => {
  for (const { name, config } of unspeakable) {
    const wanted = findDecided(name)?.answer ?? refusedAtLoad
    test(`${name} is ${wanted}, and nothing else is wrong there`, () => {
      expect(loading(config)).toBe(wanted)
      const errors = issuesIn(config).filter(({ severity }) => severity === 'error')
      expect(errors.length, JSON.stringify(errors)).toBeLessThanOrEqual(1)
    })
  }

  test('every invalid rule is tried, or listed with its reason', () => {
    const tried = unspeakable.map(({ name }) => name)
    expect(traefikInvalid.filter((rule) => !tried.includes(rule) && !isListed(rule))).toEqual([])
  })
})
