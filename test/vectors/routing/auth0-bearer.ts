import { createStage } from '../../support/stage.ts'
import {
  common,
  configOf,
  configWith,
  type FileCase,
  type RoutingCase,
  type Translation,
  translate,
} from './case.ts'
import { send, type VectorRequest } from './request.ts'

type Located = FileCase & {
  readonly situation: string
  readonly request: VectorRequest & {
    readonly form?: Readonly<Record<string, string>>
    readonly json?: Readonly<Record<string, string>>
  }
  readonly expect: { readonly status?: number; readonly token?: string }
}
type Claimed = FileCase & {
  readonly required: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
  readonly expect: string
}

export function auth0Bearer(): readonly RoutingCase[] {
  return translate<Located | Claimed>('auth0-bearer', (one) =>
    'required' in one ? claimIncludesAll(one) : tokenLocation(one),
  )
}

/** `token` stands for an access token; taken means 200. */
function tokenLocation({ situation, request, expect }: Located): Translation {
  return {
    title: situation,
    expected: String(expect.status ?? 200),
    async ask() {
      const stage = await createStage(configWith({ '/**': 'authenticated' }))
      const token = await stage.token()
      const fill = (text: string) => text.replace(/\btoken$/, token)
      const { headers = [], url = '/' } = request
      const { status } = await send(stage, {
        ...request,
        url: fill(url),
        headers: [...headers.map(([name, value]) => [name, fill(value)] as const), ...typeOf(request)],
        ...bodyOf(request, token),
      })
      return String(status)
    },
  }
}

function typeOf({ form, json }: Located['request']): readonly (readonly [string, string])[] {
  if (form !== undefined) return [['Content-Type', 'application/x-www-form-urlencoded']]
  return json === undefined ? [] : [['Content-Type', 'application/json']]
}

function bodyOf({ form, json }: Located['request'], token: string): { readonly body?: string } {
  if (form !== undefined) return { body: `access_token=${token}` }
  return json === undefined ? {} : { body: JSON.stringify({ access_token: token }) }
}

/** The claim that must include all of something is the one that holds the scopes. */
function claimIncludesAll({ required, claims, expect }: Claimed): Translation {
  return {
    title: `${JSON.stringify(claims)} for ${required.join(' ')}`,
    expected: expect,
    async ask() {
      const stage = await createStage(
        configOf({
          issuer: { url: 'ISSUER', claims: { scope: 'foo' } },
          apis: { one: { ...common, routes: { '/': { scopes: required.join(' ') } } } },
        }),
      )
      return (await send(stage, {}, await stage.token(claims))).upstream === undefined ? 'deny' : 'allow'
    },
  }
}
