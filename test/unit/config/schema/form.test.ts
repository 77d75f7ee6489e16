import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { byForm, formOf } from '../../../../src/config/schema/form.ts'

describe('the form of a value', () => {
  test.each([
    ['a', 'text'],
    [7, 'text'],
    [null, 'text'],
    [[], 'list'],
    [{}, 'map'],
  ])('%j is a %s', (value, form) => {
    expect(formOf(value)).toBe(form)
  })

  const schema = byForm({
    text: v.string('expected an origin'),
    list: v.array(v.string('expected an origin in the list')),
  })

  test('chooses the schema, so that a mistake is told in its words', () => {
    expect(v.parse(schema, ['a'])).toEqual(['a'])
    expect(v.safeParse(schema, 7).issues?.[0].message).toBe('expected an origin')
    expect(v.safeParse(schema, [7]).issues?.[0].message).toBe('expected an origin in the list')
  })

  test('that is not taken is answered with the forms that are', () => {
    expect(v.safeParse(schema, {}).issues?.[0].message).toBe('expected a text, or a list, such as [one, two]')
  })
})
