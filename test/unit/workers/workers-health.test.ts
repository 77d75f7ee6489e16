import { describe, expect, test } from 'vitest'
import type { ProcessStatus } from '../../../src/admin/status.ts'
import { workersHealth } from '../../../src/workers/workers-health.ts'

const statusOf = (connections: number): ProcessStatus => ({
  connections,
  openStreams: { eventStreams: connections, webSockets: 0 },
  issuers: {},
})
const serving = (number: number, connections: number) => ({
  number,
  pid: 100 + number,
  status: () => Promise.resolve(statusOf(connections)),
})
const starting = (number: number) => ({
  number,
  pid: undefined,
  status: () => Promise.resolve(undefined),
})
const silent = (number: number) => ({ number, pid: 100 + number, status: () => new Promise<never>(() => {}) })
const options = { wanted: 2, stopping: false, replyWithinMs: 5 }

describe('the health of a gateway with workers', () => {
  test('is ready when all of them reply, and adds up their counts', async () => {
    expect(await workersHealth([serving(1, 3), serving(2, 4)], options)).toEqual({
      ready: true,
      missing: [],
      issuers: [],
      connections: 7,
      openStreams: { eventStreams: 7, webSockets: 0 },
      workers: {
        wanted: 2,
        serving: 2,
        each: [
          { worker: 1, pid: 101, connections: 3 },
          { worker: 2, pid: 102, connections: 4 },
        ],
      },
    })
  })

  test('names those that are being started and those that do not reply', async () => {
    expect(await workersHealth([starting(1), silent(2)], options)).toMatchObject({
      ready: false,
      missing: ['worker 1 is being started', 'worker 2 does not answer'],
      workers: {
        serving: 0,
        each: [
          { pid: null, connections: null },
          { pid: 102, connections: null },
        ],
      },
    })
  })

  test('is not ready while the gateway stops', async () => {
    const health = await workersHealth([serving(1, 0)], { ...options, stopping: true })
    expect(health).toMatchObject({ ready: false, missing: ['the gateway is stopping'] })
  })
})
