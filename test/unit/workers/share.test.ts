import { describe, expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { shareOf } from '../../../src/workers/share.ts'

function load(workers: number, connections: number, queue: number, clients: number): Config {
  const upstream = `{ url: http://legacy:3000, connections: ${connections}, queue: ${queue} }`
  const { config } = parseConfig(
    `workers: ${workers}
limits: { connections: ${clients} }
apis: { a: { resource: https://a/, upstream: ${upstream}, routes: { /x: { GET: public }, /y: public } } }`,
    { fileName: 'gateway.yaml', env: {} },
  )
  if (config === undefined) throw new Error('the configuration is at fault')
  return config
}

function partsOf(config: Config) {
  return Array.from({ length: config.workers }, (_, i) => {
    const { apis, limits } = shareOf(config, i + 1)
    const upstream = apis[0]?.paths[0]?.methods.get('GET')?.upstream
    return [limits.connections, upstream?.connections, upstream?.queue]
  })
}

describe('the share of a worker', () => {
  test.each([
    [3, 128, 1000, 10_000],
    [4, 4, 4, 4],
    [7, 100, 9, 8],
  ])('of %i workers adds up to what the file allows in all', (...numbers) => {
    const parts = partsOf(load(...numbers))
    const [, connections, queue, clients] = numbers
    const sum = [0, 1, 2].map((i) => parts.reduce((all, part) => all + (part[i] ?? 0), 0))
    expect(sum).toEqual([clients, connections, queue])
  })

  test('is one place in the queue at least, and none where the file says none', () => {
    expect(partsOf(load(3, 3, 1, 3)).map(([, , queue]) => queue)).toEqual([1, 1, 1])
    expect(partsOf(load(3, 3, 0, 3)).map(([, , queue]) => queue)).toEqual([0, 0, 0])
  })

  test('leaves methods that were written together one route', () => {
    const { apis } = shareOf(load(2, 10, 10, 10), 1)
    const methods = apis[0]?.paths[0]?.methods
    expect(methods?.get('HEAD')).toBe(methods?.get('GET'))
  })

  test('of what reaches Logto through the facade adds up too, and is one at least', () => {
    const total = (most: number, workers: number) => {
      const limits = `{ perAddress: 30/min, total: ${most}/10s }`
      const { config } = parseConfig(
        `workers: ${workers}
issuer: { logto: https://tenant.logto.app }
apis: { a: { resource: https://a/, upstream: http://legacy:3000, routes: { /x: read } } }
chatgpt: { clients: [app1], redirectUris: ["https://chatgpt.com/aip/g-1/oauth/callback"], limits: ${limits} }`,
        { fileName: 'gateway.yaml', env: {} },
      )
      if (config === undefined) throw new Error('the configuration is at fault')
      const parts = Array.from({ length: workers }, (_, i) => shareOf(config, i + 1).chatgpt?.facade?.limits)
      expect(parts.map((part) => part?.perAddress.most)).toEqual(Array(workers).fill(30))
      return parts.map((part) => part?.total.most)
    }
    expect(total(150, 4)).toEqual([38, 38, 37, 37])
    expect(total(1, 3)).toEqual([1, 1, 1])
  })
})
