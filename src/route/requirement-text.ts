import type { Condition, Requirement } from './requirement.ts'

/** A requirement as an operator reads it. */
export function requirementText(requirement: Requirement): string {
  if (requirement.kind === 'public') return 'public'
  const what =
    requirement.kind === 'scopes'
      ? requirement.anyOf.map((set) => `scope ${set.join(' ')}`).join(' or ')
      : requirement.kind
  const holder = requirement.holder === undefined ? [] : [`kind = ${requirement.holder}`]
  return [what, ...requirement.where.map(conditionText), ...holder].join(' and ')
}

function conditionText({ claim, expected }: Condition): string {
  return 'values' in expected ? `${claim} = ${expected.values.join(' | ')}` : `${claim} = {${expected.param}}`
}
