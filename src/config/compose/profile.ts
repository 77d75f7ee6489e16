import type { IdentityHeader } from '../../access/identity.ts'
import { foldName } from '../../http/field-name.ts'
import type { ApiConfig } from '../config.ts'
import { suggest } from '../schema/suggest.ts'
import type { Context } from './context.ts'

type ProfileContext = Pick<Context, 'input' | 'issues'>

const at = ['identity', 'profile']

/** The headers that are looked up; undefined without any. Their names are checked with all others. */
export function composeProfile(
  { input, issues }: ProfileContext,
  apis: readonly ApiConfig[],
): readonly IdentityHeader[] | undefined {
  const { profile } = input.identity
  if (profile === undefined) return undefined
  if (input.logto?.management === undefined && !issues.hasError(['logto']) && !issues.hasError(at))
    issues.error(
      at,
      'users are looked up in the Management API, which needs an account: write logto: { management: { id: ..., ' +
        'secret: ... } } of a machine-to-machine application with the role Logto Management API access',
      'key',
    )
  const headers = Object.entries(profile.headers ?? {}).map(([header, claim]) => ({ header, claim }))
  for (const entry of headers) {
    reportMapped(entry, apis, { input, issues })
    reportPath(entry, issues)
  }
  return headers.length > 0 ? headers : undefined
}

/** Both would write it, and the upstream would take its pick. */
function reportMapped(
  { header }: IdentityHeader,
  apis: readonly ApiConfig[],
  { input, issues }: ProfileContext,
): void {
  const others = [
    ...Object.keys(input.identity.headers),
    ...apis.flatMap(({ identityHeaders }) => identityHeaders.map((other) => other.header)),
  ]
  const same = others.find((other) => foldName(other) === foldName(header))
  if (same === undefined) return
  const message = `identity.headers has ${same} already: keep one of them`
  issues.error([...at, 'headers', header], message, 'key')
}

/** The names in the claims of every token, whose raw values are not to be believed (`access/identity.ts`). */
const ofTokens = ['sub', 'scope', 'client_id', 'organization_id', 'iss', 'aud']

/** The members that Logto shows of a user, and the roles. */
const ofUsers = [
  'applicationId',
  'avatar',
  'createdAt',
  'customData',
  'hasPassword',
  'id',
  'identities',
  'isSuspended',
  'lastSignInAt',
  'name',
  'primaryEmail',
  'primaryPhone',
  'profile',
  'roles',
  'ssoIdentities',
  'updatedAt',
  'username',
]

/** The names by which clients know the same things. */
const otherNames: Readonly<Record<string, string>> = {
  custom_data: 'customData',
  email: 'primaryEmail',
  phone_number: 'primaryPhone',
  picture: 'avatar',
  preferred_username: 'username',
}

function reportPath({ header, claim }: IdentityHeader, issues: Context['issues']): void {
  const path = [...at, 'headers', header]
  if (ofTokens.includes(claim))
    return issues.error(path, 'every access token says this itself: write it under identity.headers')
  const [member = ''] = claim.split('.')
  if (ofUsers.includes(member)) return
  const near = Object.hasOwn(otherNames, member) ? otherNames[member] : suggest(member, ofUsers)
  const mend = near === undefined ? `known: ${ofUsers.join(', ')}` : `did you mean "${near}"?`
  issues.warning(path, `Logto knows nothing of this name about a user; ${mend}`)
}
