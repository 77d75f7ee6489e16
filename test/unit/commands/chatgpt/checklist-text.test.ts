import { expect, test } from 'vitest'
import type { Result } from '../../../../src/commands/chatgpt/checklist.ts'
import { conclusionText, resultText } from '../../../../src/commands/chatgpt/checklist-text.ts'

const failed: Result = { title: 'A', outcome: 'failed', note: 'n', mend: 'm', sent: 'GET x\ny', seen: '404' }

test('a result is a mark, a title and a note, in colour on a terminal', () => {
  expect(resultText(failed, false)).toBe('✗ A\n    n')
  expect(resultText({ title: 'B', outcome: 'passed', note: 'x\ny' }, true)).toBe(
    '\u001b[32m✓\u001b[0m B\n    x\n    y',
  )
})

test('the first failure is told in full, the others by their mend', () => {
  const other: Result = { title: 'C', outcome: 'failed', note: 'n2', mend: 'm2' }
  expect(conclusionText([{ ...other, outcome: 'passed' }, failed, other])).toBe(
    [
      'First failure: A',
      '  what  n',
      '  sent  GET x',
      '        y',
      '  seen  404',
      '  mend  m',
      'Then: C',
      '  mend  m2',
    ].join('\n'),
  )
})

test('hints and skipped checks are no failures', () => {
  const results = (['hint', 'skipped', 'passed'] as const).map((outcome) => ({
    title: '',
    outcome,
    note: '',
  }))
  expect(conclusionText(results)).toBe('ChatGPT would get along.')
})
