import type { Config, RouteConfig } from '../config/config.ts'
import { memoByObject } from '../memo.ts'
import type { UpstreamOptions } from '../upstream/upstream.ts'

/**
 * The part that one of several workers has of what the file allows in all: connections of clients,
 * connections to each upstream, places in the queue before them, and requests of the OAuth facade that reach
 * the authorization server. `number` counts from 1. Timeouts, sizes
 * and the token cache are not divided: each worker has them as the file says.
 */
export function shareOf(config: Config, number: number): Config {
  const part = (whole: number) =>
    Math.floor(whole / config.workers) + (number <= whole % config.workers ? 1 : 0)
  const atLeastOne = (whole: number) => Math.max(part(whole), Math.min(whole, 1))
  // By object, so that what was one object before is one afterwards.
  const upstreamShare = memoByObject((upstream: UpstreamOptions) => ({
    ...upstream,
    connections: atLeastOne(upstream.connections),
    queue: atLeastOne(upstream.queue),
  }))
  // Methods that are written together stay one route.
  const routeShare = memoByObject((route: RouteConfig) => ({
    ...route,
    upstream: upstreamShare(route.upstream),
  }))
  const apis = config.apis.map((api) => ({
    ...api,
    paths: api.paths.map(({ pattern, methods }) => ({
      pattern,
      methods: new Map([...methods].map(([method, route]) => [method, routeShare(route)])),
    })),
  }))
  return {
    ...config,
    apis,
    ...chatgptShare(config, atLeastOne),
    limits: { ...config.limits, connections: atLeastOne(config.limits.connections) },
  }
}

function chatgptShare({ chatgpt }: Config, share: (whole: number) => number): Pick<Config, 'chatgpt'> {
  if (chatgpt?.facade === undefined) return {}
  const { limits } = chatgpt.facade
  const total = { ...limits.total, most: share(limits.total.most) }
  return { chatgpt: { ...chatgpt, facade: { ...chatgpt.facade, limits: { ...limits, total } } } }
}
