import { createStage, type Stage } from '../../support/stage.ts'
import {
  common,
  configOf,
  configWith,
  type FileCase,
  loading,
  type RoutingCase,
  refusedAtLoad,
  type Translation,
  translate,
  type Unspeakable,
} from './case.ts'
import { matching, send, titleOf, type VectorRequest } from './request.ts'

type Normalised = FileCase & { readonly raw_path: string; readonly expect_path: string }
type Matched = FileCase & { readonly request: VectorRequest; readonly expect: string }
type Audience = FileCase & {
  readonly token_aud: readonly string[]
  readonly allowed: readonly string[]
  readonly expect: string
}
type Case = Normalised | Matched | Audience
type Group = {
  readonly group: string
  readonly cases: readonly Case[]
  readonly rule?: { readonly path_prefix?: string; readonly path_exact?: string; readonly query?: object }
}

export function envoy(): readonly RoutingCase[] {
  return translate<Case, Group>('envoy', (one, { rule }) => {
    if ('raw_path' in one) return normalised(one)
    return 'token_aud' in one ? audience(one) : matched(one, rule)
  })
}

/**
 * The expected path is guarded, everything else lies open: no spelling of the first may count as anything
 * else.
 */
function normalised({ raw_path: url, expect_path: expected }: Normalised): Translation {
  const guarded = expected.replace(/\?.*$/, '').replace(/\/$/, '')
  const isPattern = !guarded.includes('%')
  return {
    title: url,
    expected,
    async ask() {
      const stage = await createStage(
        configWith({ '/**': 'public', ...(isPattern && { [guarded]: 'authenticated' }) }),
      )
      const bare = await send(stage, { url })
      if (bare.status === 400) return 'ambiguous'
      if (isPattern && bare.status !== 401) return 'let through by the permissive rule'
      return (await send(stage, { url }, await stage.token())).upstream?.target ?? 'refused'
    },
  }
}

function matched({ request, expect, tag }: Matched, rule: Group['rule']): Translation {
  const path = rule?.path_exact ?? `${rule?.path_prefix}/**`
  const opposite = expect === 'match' ? 'no-match' : 'match'
  return {
    title: titleOf(request),
    expected: tag === 'contrast' ? opposite : expect,
    ask:
      rule?.query === undefined
        ? async () => matching(await createStage(configWith({ [path]: 'public' })), request)
        : undefined,
  }
}

/** An API has one resource: every audience that is allowed is one of its own. */
function audience({ token_aud: aud, allowed, expect, tag }: Audience): Translation {
  const apis = allowed.map((resource) => {
    const path = `/${resource}`
    return [resource, { ...common, resource, path, routes: { [path]: 'authenticated' } }]
  })
  const withoutAudience = { one: { upstream: 'UPSTREAM', routes: { '/': 'authenticated' } } }
  const config = configOf({ apis: allowed.length === 0 ? withoutAudience : Object.fromEntries(apis) })
  return {
    title: `${aud.join(' ')} where ${allowed.join(' and ')} are allowed`,
    expected: tag === 'contrast' ? refusedAtLoad : expect,
    async ask() {
      if (loading(config) === refusedAtLoad) return refusedAtLoad
      const stage = await createStage(config)
      const token = await stage.token({ aud })
      return (await isTakenAtOne(stage, allowed, token)) ? 'accept' : 'reject'
    },
  }
}

async function isTakenAtOne(stage: Stage, allowed: readonly string[], token: string): Promise<boolean> {
  const outcomes = []
  for (const resource of allowed) outcomes.push(await send(stage, { url: `/${resource}` }, token))
  return outcomes.some(({ upstream }) => upstream !== undefined)
}

export const envoyUnspeakable: readonly Unspeakable[] = [
  { name: 'envoy jwt_authn-path-and-query', config: configWith({ '/boo?foo=bar': 'public' }) },
]
