import type { WantedTenant } from '../logto-config.ts'
import { type FileLogto, roleKeys } from '../schema/logto.ts'
import { suggest } from '../schema/suggest.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import type { ComposedApi } from './apis.ts'
import type { Context } from './context.ts'

type Subject = {
  readonly logto: FileLogto
  readonly wanted: WantedTenant
  readonly apis: readonly ComposedApi[]
  readonly issuer: string
}

/** Everything in `logto:` that Logto would refuse, or that could not mean what it says. */
export function reportLogto(subject: Subject, context: Context): void {
  reportLifetime(subject, context)
  reportSpellings(subject, context)
  reportDefaultApi(subject, context)
  reportRoles(subject, context)
  reportApplications(subject, context)
  reportUsers(subject, context)
}

/** Logto counts in whole seconds, and takes numbers that make tokens which are born expired. */
function reportLifetime({ logto: { accessTokenTtl } }: Subject, { input, issues }: Context): void {
  if (accessTokenTtl === undefined) return
  const seconds = accessTokenTtl / 1000
  const at = ['logto', 'accessTokenTtl']
  if (!Number.isInteger(seconds) || seconds < 60)
    issues.error(at, 'Logto takes whole seconds, and fewer than 60 leave clients no time: write 15m')
  else if (accessTokenTtl > input.tokens.maxLifetime)
    issues.error(
      at,
      'longer than tokens.maxLifetime, so every token would be refused: shorten it, or raise that',
    )
}

/** Indicators are compared byte for byte: two spellings of one are two resources. */
function reportSpellings({ wanted }: Subject, { issues }: Context): void {
  const spellings = new Map<string, string>()
  for (const { api, indicator } of wanted.resources) {
    const bare = URL.canParse(indicator) ? new URL(indicator).href.replace(/\/+$/, '') : indicator
    const first = spellings.get(bare)
    if (first === undefined) spellings.set(bare, indicator)
    else if (first !== indicator)
      issues.error(
        ['apis', api, 'resource'],
        `another API writes ${first}, which is another resource: write one`,
      )
  }
}

function reportDefaultApi(
  { logto: { defaultApi }, wanted, apis, issuer }: Subject,
  { issues }: Context,
): void {
  if (defaultApi === undefined) return
  const at = ['logto', 'defaultApi']
  if (isApi(defaultApi, at, { apis, issuer }, issues) && !isAbsolute(wanted.defaultResource ?? ''))
    issues.error(
      at,
      'the resource of this API is no absolute URI, and as the Default API it breaks every sign-in of the ' +
        'tenant: write one such as https://api.example.com/',
    )
}

function isAbsolute(uri: string): boolean {
  return /^[a-z][a-z\d+.-]*:/i.test(uri) && URL.canParse(uri) && !uri.includes('#')
}

function isApi(
  name: string,
  at: KeyPath,
  { apis, issuer }: Pick<Subject, 'apis' | 'issuer'>,
  issues: Context['issues'],
  part: 'key' | 'value' = 'value',
): boolean {
  const known = apis.filter(({ config }) => config.issuer === issuer).map(({ config }) => config.name)
  if (known.includes(name)) return true
  const other = apis.some(({ config }) => config.name === name)
  const near = suggest(name, known)
  if (other) issues.error(at, 'this API is not of the issuer that logto is about: take it out', part)
  else
    issues.error(
      at,
      near ? `no such API, did you mean "${near}"?` : `no such API; known: ${known.join(', ')}`,
      part,
    )
  return false
}

function reportRoles(subject: Subject, { issues }: Context): void {
  const { logto, apis } = subject
  const names = Object.keys(logto.roles)
  if (names.length > 0)
    for (const { config } of apis)
      if (roleKeys.some((key) => key === config.name))
        issues.error(
          ['apis', config.name],
          `a role has a key ${config.name} already: call this API otherwise`,
          'key',
        )
  for (const [name, { grants }] of Object.entries(logto.roles)) {
    const at = ['logto', 'roles', name]
    reportName(name, at, issues)
    reportGrants(grants, at, subject, issues)
  }
}

/** Longer names are refused by the database, and nobody sees spaces at an end. */
function reportName(name: string, at: KeyPath, issues: Context['issues']): void {
  if (name.trim() !== name || name === '' || name.length > 128)
    issues.error(at, 'a name has 1 to 128 characters, and no spaces around them', 'key')
}

function reportGrants(
  grants: Readonly<Record<string, string>>,
  at: KeyPath,
  subject: Subject,
  issues: Context['issues'],
): void {
  for (const [api, text] of Object.entries(grants)) {
    const below = [...at, api]
    if (issues.hasError(below) || !isApi(api, below, subject, issues, 'key')) continue
    const resource = subject.wanted.resources.find((candidate) => candidate.api === api)
    const known = Object.keys(resource?.permissions ?? {})
    for (const name of text.split(' ').filter((word) => word !== '' && !known.includes(word))) {
      const near = suggest(name, known)
      const mend = near === undefined ? `add it to apis.${api}.permissions` : `did you mean "${near}"?`
      issues.error(below, `this API has no permission ${name}: ${mend}`)
    }
  }
}

type FileApplication = FileLogto['applications'][string]
type Rule = readonly [keyof FileApplication, (application: FileApplication) => boolean, string]

/** Logto refuses each of these, or takes it and does nothing. */
const applicationRules: readonly Rule[] = [
  [
    'redirectUris',
    ({ type, redirectUris }) => type === 'machine' && redirectUris !== undefined,
    'nobody signs in to a machine: take it out',
  ],
  [
    'refreshTokens',
    ({ type, refreshTokens }) => type === 'machine' && refreshTokens !== undefined,
    'a machine gets no refresh token: take it out',
  ],
  [
    'thirdParty',
    ({ type, thirdParty }) => thirdParty && type !== 'traditional' && type !== 'spa',
    'only traditional and spa applications can be of a third party',
  ],
  [
    'tokenExchange',
    ({ type, tokenExchange }) => tokenExchange === true && type !== 'traditional' && type !== 'machine',
    'only traditional and machine applications can exchange tokens',
  ],
  [
    'tokenExchange',
    ({ thirdParty, tokenExchange }) => tokenExchange === true && thirdParty,
    'an application of a third party cannot exchange tokens: write one of the two',
  ],
  [
    'consent',
    ({ thirdParty, consent }) => !thirdParty && Object.keys(consent).length > 0,
    'users are asked for consent only with thirdParty: true',
  ],
  [
    'roles',
    ({ type, roles = [] }) => type !== 'machine' && roles.length > 0,
    'roles are for machines; what a user may do depends on the roles of the user: write them under users',
  ],
]

function reportApplications(subject: Subject, { issues }: Context): void {
  for (const [name, application] of Object.entries(subject.logto.applications)) {
    const at = ['logto', 'applications', name]
    reportName(name, at, issues)
    for (const [key, isBroken, message] of applicationRules)
      if (application.type !== undefined && isBroken(application)) issues.error([...at, key], message, 'key')
    reportGrants(application.consent, [...at, 'consent'], subject, issues)
    if (application.type === 'machine')
      reportRoleNames(application.roles ?? [], [...at, 'roles'], { ...subject, isMachine: true }, issues)
  }
}

function reportUsers(subject: Subject, { issues }: Context): void {
  for (const [name, roles] of Object.entries(subject.logto.users))
    reportRoleNames(roles, ['logto', 'users', name], { ...subject, isMachine: false }, issues)
}

function reportRoleNames(
  names: readonly string[],
  at: KeyPath,
  { logto: { roles }, isMachine }: Pick<Subject, 'logto'> & { readonly isMachine: boolean },
  issues: Context['issues'],
): void {
  const known = Object.keys(roles)
  for (const [i, name] of names.entries()) {
    const role = Object.hasOwn(roles, name) ? roles[name] : undefined
    const near = suggest(name, known)
    const mend = near === undefined ? 'write it under logto.roles' : `did you mean "${near}"?`
    if (role === undefined) issues.error([...at, i], `no such role: ${mend}`)
    else if (role.isMachine !== isMachine)
      issues.error(
        [...at, i],
        isMachine
          ? 'this role is for users: give the application one with machine: true'
          : 'this role is for machines: Logto gives none of them to a user',
      )
  }
}
