import { channel } from 'node:diagnostics_channel'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import {
  allowedDescriptors,
  neededDescriptors,
  warnOfFewDescriptors,
  watchDescriptors,
} from '../../../src/server/descriptors.ts'
import { keepLog } from '../../support/kept-log.ts'

function configOf(yaml: string) {
  const { config } = parseConfig(yaml, { fileName: 'gateway.yaml', env: {} })
  if (config === undefined) throw new Error('not a configuration')
  return config
}

const api = (name: string, upstream: string) => `
  ${name}:
    path: /${name}
    resource: https://${name}.test/
    upstream: ${upstream}
    routes: { /${name}/**: public, /${name}/x: public }
`
const config = (more = '') =>
  configOf(`
limits: { connections: 1000 }
apis:
  ${api('a', '{ url: ["http://a-1", "http://a-2"], connections: 50 }')}
  ${api('b', '{ url: "http://b", connections: 20 }')}
${more}`)

describe('the file descriptors that a process needs', () => {
  test('are those of its clients, of each upstream once, and a few more', () => {
    const { connections } = config().limits
    expect(neededDescriptors(config())).toBe(connections + 2 * 50 + 20 + 150)
  })

  test('are shared out among workers', () => {
    expect(neededDescriptors(config('workers: 4'))).toBe((1000 + 120) / 4 + 150)
  })

  test('are warned of when fewer are allowed, with what to raise', () => {
    const log = keepLog()
    warnOfFewDescriptors(config(), log, 1269)
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        connections: 1000,
        needed: 1270,
        allowed: 1269,
        msg: expect.stringMatching(/limits\.connections.*ulimit -n.*LimitNOFILE.*nofile/),
      },
    ])
    warnOfFewDescriptors(config(), log, 1270)
    expect(log.lines).toHaveLength(1)
  })

  test('are known to be limited on Linux', () => {
    expect(allowedDescriptors()).toBeGreaterThan(0)
  })
})

describe('a connection that could not be made', () => {
  const failed = (code: string) =>
    channel('undici:client:connectError').publish({ error: Object.assign(new Error('connect'), { code }) })

  test('for want of file descriptors is told once, however many there are', () => {
    const log = keepLog()
    onTestFinished(watchDescriptors(log).stop)
    for (let i = 0; i < 3; i++) failed('EMFILE')
    expect(log.lines).toMatchObject([{ level: 'error', code: 'EMFILE', allowed: expect.any(Number) }])
  })

  test('for another reason is not told here', () => {
    const log = keepLog()
    onTestFinished(watchDescriptors(log).stop)
    failed('ECONNREFUSED')
    expect(log.lines).toEqual([])
  })
})
