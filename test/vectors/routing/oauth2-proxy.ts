import { createStage } from '../../support/stage.ts'
import {
  common,
  configOf,
  configWith,
  type FileCase,
  type RoutingCase,
  type Translation,
  translate,
  type Unspeakable,
} from './case.ts'
import { type Outcome, send, titleOf, type VectorRequest } from './request.ts'

type Case = FileCase & {
  readonly request: VectorRequest
  readonly expect: string | { readonly status: number } | { readonly upstream_headers: Headers }
}
type Headers = Readonly<Record<string, string | null>>

export function oauth2Proxy(): readonly RoutingCase[] {
  return translate<Case>('oauth2-proxy', (one, { group }) => ({
    title: titleOf(one.request),
    ...(groups[group]?.(one) ?? { expected: '', ask: undefined }),
  }))
}

type How = (one: Case) => Omit<Translation, 'title'>

const allowlist = {
  '/skip/auth/regex': 'public',
  '/public/*/endpoint': 'public',
  '/skip/auth/routes/get': { GET: 'public', any: 'authenticated' },
  '/foo/*/bar': 'public',
  '/**': 'authenticated',
}

const groups: Readonly<Record<string, How>> = {
  allowlist: access(configWith(allowlist)),
  // The peer of every test is 127.0.0.1: not trusted, and trusted.
  'forwarded-uri-untrusted-peer': access(
    configOf({ trustedProxies: ['192.0.2.1'], apis: { one: { ...common, routes: allowlist } } }),
    configOf({ trustedProxies: ['127.0.0.1'], apis: { one: { ...common, routes: allowlist } } }),
  ),
  'negated-with-method': access(
    configWith({
      '/**': { GET: 'public', any: 'authenticated' },
      '/api/**': 'authenticated',
      '/api/public-entity': { POST: 'public', any: 'authenticated' },
    }),
  ),
  'identity-header-stripping': identity,
  'bearer-protected-route': bearer,
}

/** Under each of these configurations. */
function access(...configs: readonly string[]): How {
  return ({ request, expect }) => ({
    expected: String(expect),
    async ask() {
      const outcomes = await Promise.all(
        configs.map(async (config) => send(await createStage(config), request)),
      )
      return [...new Set(outcomes.map(accessOf))].join(' or ')
    },
  })
}

function accessOf({ status, upstream }: Outcome): string {
  if (upstream !== undefined) return 'public'
  if (status === 401) return 'auth-required'
  return status === 400 ? 'ambiguous' : 'refused'
}

function identity({ request, expect }: Case): Omit<Translation, 'title'> {
  const wanted = typeof expect === 'object' && 'upstream_headers' in expect ? expect.upstream_headers : {}
  const names = Object.keys(wanted)
  return {
    expected: names.map((name) => `${name}: ${wanted[name] ?? 'none'}`).join(', '),
    async ask() {
      const stage = await createStage(
        configWith({ '/': 'authenticated' }, { identity: { headers: { 'X-Auth-Request-User': 'user' } } }),
      )
      const outcome = await send(stage, request, await stage.token({ user: 'user-123' }))
      return names.map((name) => `${name}: ${valuesOf(outcome, name)}`).join(', ')
    },
  }
}

function valuesOf({ upstream }: Outcome, name: string): string {
  const lines = (upstream?.head ?? '').split('\r\n').map((line) => line.split(': '))
  const values = lines.filter(([field]) => field?.toLowerCase() === name.toLowerCase())
  return values.length === 0 ? 'none' : values.map(([, value]) => value).join(' and ')
}

function bearer({ request, expect }: Case): Omit<Translation, 'title'> {
  return {
    expected: typeof expect === 'object' && 'status' in expect ? String(expect.status) : '',
    async ask() {
      const stage = await createStage(configWith({ '/': 'authenticated' }))
      const valid = await stage.token()
      const broken = `${valid.slice(0, -8)}AAAAAAAA`
      const fill = (value: string) =>
        value
          .replace('<valid>', valid)
          .replace(/base64\((.*)\)/, (_, text: string) => btoa(text.replace('<badsig>', broken)))
          .replace('<badsig>', broken)
      const headers = (request.headers ?? []).map(([name, value]) => [name, fill(value)] as const)
      return String((await send(stage, { ...request, headers })).status)
    },
  }
}

export const oauth2ProxyUnspeakable: readonly Unspeakable[] = [
  '^/skip/auth/regex$',
  '/public/.*/endpoint',
  '/foo/**/bar',
].map((path) => ({ name: `oauth2-proxy allowlist ${path}`, config: configWith({ [path]: 'public' }) }))
