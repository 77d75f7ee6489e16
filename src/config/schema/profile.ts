import * as v from 'valibot'
import { fields, needed } from './fields.ts'
import { byForm } from './form.ts'
import { suggest } from './suggest.ts'
import { fieldName, text } from './values.ts'

const sources = ['management'] as const

const source = v.picklist(sources, ({ input }) => sourceFault(input))

function sourceFault(input: unknown): string {
  if (input === 'userinfo')
    return 'Logto refuses JWT access tokens at its userinfo endpoint (/oidc/me): write management'
  const near = typeof input === 'string' ? suggest(input, sources) : undefined
  return near === undefined ? 'expected management' : `expected management, did you mean "${near}"?`
}

/** Header → path. */
const profileHeaders = byForm({
  map: v.pipe(
    v.record(fieldName, text),
    v.check(
      (headers) => Object.keys(headers).length > 0,
      'no header is named: write { X-User-Email: primaryEmail }, or take profile out',
    ),
  ),
})

/** The things an upstream is told about the user that a JWT of Logto does not hold. */
export const profile = fields({
  from: needed(source, "Where it is looked up by sub: Logto's Management API.", 'write management'),
  headers: needed(
    profileHeaders,
    'Header: path in what Logto says of a user, such as primaryEmail or customData.plan.',
    'write { X-User-Email: primaryEmail }',
  ),
})
