import { createStage, type Stage } from '../../support/stage.ts'
import {
  configWith,
  type FileCase,
  type RoutingCase,
  type Translation,
  translate,
  type Unspeakable,
} from './case.ts'
import { type JwtCase, jwtValidation } from './oathkeeper-jwt.ts'
import { type PipelineCase, pipelineOutcome } from './oathkeeper-pipeline.ts'
import { matching, send, titleOf, type VectorRequest } from './request.ts'

type Matched = FileCase & { readonly request: VectorRequest; readonly expect: string }
type Globbed = FileCase & { readonly pattern: string; readonly subject: string; readonly expect: string }
type Scoped = FileCase & {
  readonly granted: readonly string[]
  readonly required: string
  readonly expect: string
}
type Case = Matched | Globbed | Scoped | JwtCase | PipelineCase

export function oathkeeper(): readonly RoutingCase[] {
  return translate<Case>('oathkeeper', (one, { group }) => {
    if ('pattern' in one) return { title: one.subject, expected: one.expect, ask: undefined }
    if ('granted' in one) return scope(one)
    if ('token' in one) return jwtValidation(one)
    return 'situation' in one ? pipelineOutcome(one) : matched(one, group)
  })
}

/** A segment of digits is a segment here; of all that another rule excludes, only the methods can be said. */
const routes: Readonly<Record<string, object>> = {
  'rule-regex-digits-plus': { '/users/{id}': { DELETE: 'public' } },
  'rule-glob-digits': { '/users/{id}': { DELETE: 'public' } },
  'rule-custom-method': { '/users/**': { GET: 'public' } },
}

function matched({ request, expect }: Matched, group: string): Translation {
  const config = configWith({ ...routes[group] }, { hosts: ['localhost'] })
  return {
    title: titleOf(request),
    expected: expect,
    ask: async () => matching(await createStage(config), request),
  }
}

function scope({ granted, required, expect }: Scoped): Translation {
  return {
    title: `${required} of ${granted.join(' ') || 'nothing'}`,
    expected: expect,
    async ask() {
      const stage: Stage = await createStage(configWith({ '/': { scopes: required } }))
      const { upstream } = await send(stage, {}, await stage.token({ scope: granted.join(' ') }))
      return upstream === undefined ? 'deny' : 'allow'
    },
  }
}

export const oathkeeperUnspeakable: readonly Unspeakable[] = [
  { name: 'oathkeeper rule-regex-digits-plus', config: configWith({ '^/users/[0-9]+$': 'public' }) },
  { name: 'oathkeeper rule-glob-digits', config: configWith({ '/users/[0-9]*': 'public' }) },
  { name: 'oathkeeper rule-custom-method', config: configWith({ '/users/**': { CUSTOM: 'public' } }) },
  { name: 'oathkeeper glob-strings', config: configWith({ '/urn:foo:<*>:role:<?>': 'public' }) },
]
