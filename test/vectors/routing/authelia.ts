import { createStage, type Stage } from '../../support/stage.ts'
import {
  common,
  configOf,
  configWith,
  type FileCase,
  type RoutingCase,
  translate,
  type Unspeakable,
} from './case.ts'
import { send, titleOf, type VectorRequest } from './request.ts'

type Rule = {
  readonly hosts?: readonly string[]
  readonly methods?: readonly string[]
  readonly subjects_any?: readonly string[]
  readonly outcome: string
}
type Subject = { readonly anonymous?: boolean; readonly user?: string; readonly groups?: readonly string[] }
type Case = FileCase & { readonly subject: Subject; readonly request: VectorRequest; readonly expect: string }
type Group = { readonly group: string; readonly rules: readonly Rule[]; readonly cases: readonly Case[] }

/** `auth-level-1` is the scope `l1`, `auth-level-2` the scope `l2`. */
export function authelia(): readonly RoutingCase[] {
  return translate<Case, Group>('authelia', (one, group) => {
    const config = configOfGroup(group)
    const isLogin = one.subject.anonymous === true && one.expect.startsWith('auth-level')
    return {
      title: `${one.subject.user ?? 'anonymous'} ${titleOf(one.request)}`,
      // Somebody unknown is asked for a token; which scopes it needs shows when there is one.
      expected: isLogin ? 'login' : one.expect,
      ask: config === undefined ? undefined : async () => levelFor(await createStage(config), one),
    }
  })
}

function configOfGroup({ group, rules }: Group): string | undefined {
  if (group === 'QueryPolicy' || group === 'MultipleSubjectsMatching') return undefined
  if (group === 'ResourceSubjectMatching') return boundToSubject
  const hosts = new Set(rules.map((rule) => rule.hosts?.join() ?? ''))
  const apis = [...hosts].map((host) => [
    `api-${[...hosts].indexOf(host)}`,
    {
      ...common,
      ...(host !== '' && { hosts: host.split(',') }),
      routes: { '/**': methodsOf(rules.filter((rule) => (rule.hosts?.join() ?? '') === host)) },
    },
  ])
  return apis.length === 0 ? configWith({}) : configOf({ apis: Object.fromEntries(apis) })
}

/** Of two rules for the same requests the last: there is one requirement for each, whoever asks. */
function methodsOf(rules: readonly Rule[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    rules.map(({ methods = ['any'], outcome, subjects_any: subjects }) => [
      methods.filter((method) => !neverLetThrough.includes(method)).join(', '),
      { ...requirements[outcome], ...(subjects && { where: { groups: subjects.map(nameOf) } }) },
    ]),
  )
}

const neverLetThrough = ['CONNECT', 'TRACE']
const requirements: Readonly<Record<string, object>> = {
  public: { public: true },
  'auth-level-1': { scopes: 'l1' },
  'auth-level-2': { scopes: 'l2' },
}

/** `group:admins` */
function nameOf(subject: string): string {
  return subject.slice(subject.indexOf(':') + 1)
}

const boundToSubject = configWith(
  {
    '/{user}/personal/**': { scopes: 'l1', where: { sub: '{user}' } },
    '/{group}/group/**': { scopes: 'l1', where: { groups: '{group}' } },
    '/**': 'public',
  },
  { hosts: ['id.example.com'] },
)

/**
 * The demand of the gateway on this subject: nothing, a login, one of the levels, or more than anybody has.
 */
async function levelFor(stage: Stage, { subject, request }: Case): Promise<string> {
  const bare = await send(stage, request)
  if (bare.upstream !== undefined) return 'public'
  if (subject.anonymous) return bare.status === 401 ? 'login' : 'deny'
  const enough: string[] = []
  for (const scope of ['l1', 'l2']) {
    const token = await stage.token({ sub: subject.user, groups: subject.groups, scope })
    if ((await send(stage, request, token)).upstream !== undefined) enough.push(scope)
  }
  return enough.length === 0 ? 'deny' : enough.join(' or ').replaceAll('l', 'auth-level-')
}

export const autheliaUnspeakable: readonly Unspeakable[] = [
  { name: 'authelia QueryPolicy', config: configWith({ '/?test=two': 'l1' }) },
  ...neverLetThrough.map((method) => ({
    name: `authelia MethodMatching ${method}`,
    config: configWith({ '/**': { [method]: 'public' } }),
  })),
]
