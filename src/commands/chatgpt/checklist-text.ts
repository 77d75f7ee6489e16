import type { Result } from './checklist.ts'

const marks = { passed: '✓', hint: '!', skipped: '-', failed: '✗' } as const
const colors = { passed: 32, hint: 33, skipped: 90, failed: 31 } as const

/** One line of the checklist, and below it the note. */
export function resultText({ title, outcome, note }: Result, isColored: boolean): string {
  const mark = isColored ? `\u001b[${colors[outcome]}m${marks[outcome]}\u001b[0m` : marks[outcome]
  return `${mark} ${title}\n${indented(note)}`
}

/** The first failure in full, a line for each other one, and the conclusion. */
export function conclusionText(results: readonly Result[]): string {
  const [first, ...others] = results.filter(({ outcome }) => outcome === 'failed')
  if (first === undefined) return 'ChatGPT would get along.'
  const { title, note, sent, seen, mend } = first
  const parts = [
    `First failure: ${title}`,
    part('what', note),
    part('sent', sent),
    part('seen', seen),
    part('mend', mend),
    ...others.map((other) => `Then: ${other.title}\n${part('mend', other.mend)}`),
  ]
  return parts.filter((text) => text !== '').join('\n')
}

function part(name: string, text: string | undefined): string {
  return text === undefined ? '' : `  ${name}  ${text.split('\n').join('\n        ')}`
}

function indented(text: string): string {
  return text.replace(/^/gm, '    ')
}
