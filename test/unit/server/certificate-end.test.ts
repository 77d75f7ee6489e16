import { copyFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { watchCertificateEnd } from '../../../src/server/certificate-end.ts'
import { createCertificate } from '../../support/certificate.ts'
import { keepLog } from '../../support/kept-log.ts'
import { temporaryFolder } from '../../support/process.ts'

const dayMs = 24 * 60 * 60 * 1000

/** The certificate is made before it is looked at. */
function watch(days: number) {
  const folder = temporaryFolder()
  const { cert, key } = createCertificate(folder, 'a', { days })
  const log = keepLog()
  const watched = watchCertificateEnd({ cert, key, minVersion: 'TLSv1.2' }, log)
  onTestFinished(watched.stop)
  return { folder, cert, log, ...watched }
}

describe('the certificate of the public listener', () => {
  test('is warned of at start when it ends within 14 days', () => {
    const { log, cert } = watch(13)
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        cert,
        until: expect.stringMatching(/^\d{4}-.*Z$/),
        days: 12,
        msg: expect.stringMatching(/ends soon/),
      },
    ])
  })

  test('is an error at start when it has expired', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * dayMs })
    onTestFinished(() => void vi.useRealTimers())
    expect(watch(1).log.lines).toMatchObject([{ level: 'error', msg: expect.stringMatching(/has expired/) }])
  })

  test('is not warned of when it holds for longer', () => {
    expect(watch(16).log.lines).toEqual([])
  })

  test('is warned of again once a day, and at each look', () => {
    const timers = vi.spyOn(globalThis, 'setInterval')
    onTestFinished(() => timers.mockRestore())
    const { log, look } = watch(10)
    const daily = timers.mock.calls.find(([, ms]) => ms === dayMs)
    daily?.[0]()
    expect(log.lines).toHaveLength(2)
    look()
    expect(log.lines).toHaveLength(3)
  })

  test('is looked at again when its file changes', async () => {
    const { log, folder, cert } = watch(100)
    copyFileSync(createCertificate(folder, 'b', { days: 3 }).cert, cert)
    await expect.poll(() => log.lines, { timeout: 5000 }).toMatchObject([{ level: 'warn' }])
  })

  test('that cannot be read is left to the listener to complain of', () => {
    const log = keepLog()
    onTestFinished(watchCertificateEnd({ cert: '/nowhere', key: '', minVersion: 'TLSv1.2' }, log).stop)
    expect(log.lines).toEqual([])
  })
})
