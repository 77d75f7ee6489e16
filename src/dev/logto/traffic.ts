import type { IncomingMessage, ServerResponse } from 'node:http'

export type Traffic = {
  /** Requests to each path so far, those that met a fault included. */
  readonly calls: Record<string, number>
  /** The most requests that were under way at the same time, to each path. */
  readonly busiest: Record<string, number>
  count(req: IncomingMessage, res: ServerResponse): void
}

export function createTraffic(): Traffic {
  const calls: Record<string, number> = {}
  const busiest: Record<string, number> = {}
  const underWay: Record<string, number> = {}
  return {
    calls,
    busiest,
    count({ url = '/' }, res) {
      const [path = '/'] = url.split('?')
      calls[path] = (calls[path] ?? 0) + 1
      const now = (underWay[path] ?? 0) + 1
      underWay[path] = now
      busiest[path] = Math.max(busiest[path] ?? 0, now)
      res.once('close', () => {
        underWay[path] = (underWay[path] ?? 1) - 1
      })
    },
  }
}
