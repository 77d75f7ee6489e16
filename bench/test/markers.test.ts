import { describe, expect, it } from 'vitest'
import { fillMarkers } from '../src/report/markers.ts'

const part = (name: string) => (name === 'nothing' ? undefined : name.toUpperCase())

describe('fillMarkers', () => {
  it('replaces words within a line', () => {
    const page = 'It takes <!-- a -->old<!-- /a --> and <!-- b -->(none)<!-- /b -->.\n'
    expect(fillMarkers(page, part)).toBe('It takes <!-- a -->A<!-- /a --> and <!-- b -->B<!-- /b -->.\n')
  })

  it('replaces a block with blank lines around it, which Markdown needs', () => {
    const page = 'text\n\n<!-- a -->\nold\nlines\n<!-- /a -->\n'
    expect(fillMarkers(page, part)).toBe('text\n\n<!-- a -->\n\nA\n\n<!-- /a -->\n')
  })

  it('changes nothing the second time', () => {
    const once = fillMarkers('<!-- a -->\n<!-- /a -->\nx <!-- b --><!-- /b -->', part)
    expect(fillMarkers(once, part)).toBe(once)
  })

  it('puts text in as it is, dollar signs included', () => {
    expect(fillMarkers('<!-- a -->x<!-- /a -->', () => "$& $1 $'")).toBe("<!-- a -->$& $1 $'<!-- /a -->")
  })

  it('leaves other comments alone', () => {
    expect(fillMarkers('<!-- Two words -->x', part)).toBe('<!-- Two words -->x')
  })

  it.each([
    ['<!-- a -->x', '<!-- a --> has no end'],
    ['x<!-- /a -->', '<!-- /a --> is out of place'],
    ['<!-- a -->x<!-- /b -->', '<!-- /b --> is out of place'],
    ['<!-- a --><!-- b --><!-- /b --><!-- /a -->', '<!-- b --> is out of place'],
    ['<!-- nothing --><!-- /nothing -->', 'the page asks for nothing, which nobody writes'],
  ])('refuses %s', (page, message) => {
    expect(() => fillMarkers(page, part)).toThrow(message)
  })
})
