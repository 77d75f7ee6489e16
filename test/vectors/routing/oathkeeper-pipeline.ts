import { createStage, type Stage } from '../../support/stage.ts'
import { configWith, type FileCase, loading, refusedAtLoad, type Translation } from './case.ts'
import { send, titleOf, type VectorRequest } from './request.ts'

export type PipelineCase = FileCase & {
  readonly situation: string
  readonly request: VectorRequest
  readonly expect: { readonly status?: number; readonly contrast?: string }
}

/** The rules, and the token that comes, in each situation. */
type Scene = { readonly routes: object; readonly token?: (stage: Stage) => Promise<string> }

const scenes: Readonly<Record<string, Scene>> = {
  'no rule matches': { routes: {} },
  'two rules match': { routes: { '/authn-noop/{id}': 'public', '/authn-noop/{number}': 'authenticated' } },
  'authenticated, allowed': {
    routes: { '/authn-noop/{id}': 'authenticated' },
    token: (stage) => stage.token(),
  },
  'no authorizer configured': { routes: { '/x/{id}': null } },
  'anonymous + allow': { routes: { '/x/{id}': 'public' } },
  'authorizer denies': { routes: { '/x/{id}': 'write' }, token: (stage) => stage.token() },
  'authorizer denies, www-authenticate error handler': {
    routes: { '/x/{id}': 'write' },
    token: (stage) => stage.token(),
  },
  'authenticator fails': { routes: { '/x/{id}': 'authenticated' }, token: async () => 'not.a.token' },
  'header mutator/injector fails': {
    routes: { '/x/{id}': 'authenticated' },
    token: (stage) => stage.token({ sub: 'user1\r\nX-User-Id: admin' }),
  },
}

/** In words: the status, or that the configuration is refused. */
export function pipelineOutcome({ situation, request, expect }: PipelineCase): Translation {
  const scene = scenes[situation]
  return {
    title: `${situation}: ${titleOf(request)}`,
    expected: expect.contrast === undefined ? String(expect.status) : refusedAtLoad,
    ask: scene && (() => play(scene, request)),
  }
}

async function play({ routes, token }: Scene, request: VectorRequest): Promise<string> {
  const config = configWith({ ...routes })
  if (loading(config) === refusedAtLoad) return refusedAtLoad
  const stage = await createStage(config)
  return String((await send(stage, request, await token?.(stage))).status)
}
