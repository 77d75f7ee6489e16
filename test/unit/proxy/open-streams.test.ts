import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createOpenStreams, type OpenStream, type OpenStreams } from '../../../src/proxy/open-streams.ts'

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] }),
)
afterEach(() => void vi.useRealTimers())

type Options = Partial<Omit<OpenStream, 'end'>> & { readonly leaves?: boolean }

/** A stream that writes down why it was ended, and then leaves unless it `leaves` later. */
function streamIn(streams: OpenStreams, { leaves = true, ...options }: Options = {}) {
  const reasons: string[] = []
  const stream: OpenStream = {
    kind: 'event-stream',
    expiresAtMs: undefined,
    askAgainMs: undefined,
    stillAllowed: () => true,
    isRevoked: () => false,
    isStale: () => false,
    end(why) {
      reasons.push(why)
      if (leaves) streams.remove(stream)
    },
    ...options,
  }
  streams.add(stream)
  return { stream, reasons }
}

const settled = () => new Promise(setImmediate)

describe('an open stream', () => {
  it('is counted by its kind until it leaves', () => {
    const streams = createOpenStreams()
    const { stream } = streamIn(streams)
    streamIn(streams, { kind: 'websocket' })
    streamIn(streams, { kind: 'websocket' })
    expect([streams.eventStreams, streams.webSockets]).toEqual([1, 2])
    streams.remove(stream)
    expect([streams.eventStreams, streams.webSockets]).toEqual([0, 2])
  })

  it('is decided again and again where the issuer must be asked, and ends when it is refused', async () => {
    let asked = 0
    const stillAllowed = async () => {
      asked += 1
      return asked < 3
    }
    const { reasons } = streamIn(createOpenStreams(), { askAgainMs: 600_000, stillAllowed })
    vi.advanceTimersByTime(1_200_000)
    await settled()
    expect([asked, reasons]).toEqual([2, []])
    vi.advanceTimersByTime(3_600_000)
    await settled()
    expect(reasons).toEqual(['token_withdrawn'])
  })

  it('ends when its token expires, and not before', () => {
    const { reasons } = streamIn(createOpenStreams(), { expiresAtMs: Date.now() + 5000 })
    vi.advanceTimersByTime(4999)
    expect(reasons).toEqual([])
    vi.advanceTimersByTime(1)
    expect(reasons).toEqual(['token_expired'])
  })

  it('ends at once when its token has expired already', () => {
    expect(streamIn(createOpenStreams(), { expiresAtMs: Date.now() }).reasons).toEqual(['token_expired'])
  })

  it('of a token that lives for longer than a timer can wait is not cut short', () => {
    const dayMs = 24 * 60 * 60 * 1000
    const { reasons } = streamIn(createOpenStreams(), { expiresAtMs: Date.now() + 60 * dayMs })
    vi.advanceTimersByTime(60 * dayMs - 1)
    expect(reasons).toEqual([])
    vi.advanceTimersByTime(1)
    expect(reasons).toEqual(['token_expired'])
  })

  it('that has left is not ended any more', () => {
    const streams = createOpenStreams()
    const { stream, reasons } = streamIn(streams, { expiresAtMs: Date.now() + 5000 })
    streams.remove(stream)
    vi.advanceTimersByTime(10_000)
    streams.endAll('shutdown')
    expect(reasons).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('after a reload', () => {
  it('streams end that the new rules refuse, whether these answer at once or later; the others go on', async () => {
    const streams = createOpenStreams()
    const answers = [true, false, Promise.resolve(true), Promise.resolve(false)]
    const all = answers.map((answer) => streamIn(streams, { stillAllowed: () => answer }))
    await streams.reconsider()
    const refused = ['refused_after_reload']
    expect(all.map(({ reasons }) => reasons)).toEqual([[], refused, [], refused])
    expect(streams.eventStreams).toBe(2)
  })

  it('a stream that begins under the old rules is asked about at once', async () => {
    const streams = createOpenStreams()
    const stale = { isStale: () => true }
    const refused = streamIn(streams, { ...stale, stillAllowed: () => Promise.resolve(false) })
    const allowed = streamIn(streams, stale)
    await settled()
    expect(refused.reasons).toEqual(['refused_after_reload'])
    expect(allowed.reasons).toEqual([])
  })

  // Streams were asked about one after the other, so that one behind an issuer that hangs kept all others
  // open.
  it('a stream ends although the question about others before it hangs', async () => {
    const streams = createOpenStreams()
    for (let i = 0; i < 50; i++) streamIn(streams, { stillAllowed: () => new Promise(() => {}) })
    const { reasons } = streamIn(streams, { stillAllowed: () => false })
    void streams.reconsider()
    await settled()
    expect(reasons).toEqual(['refused_after_reload'])
  })

  it('no more than a hundred are asked about at the same time, and all in the end', async () => {
    const streams = createOpenStreams()
    let asking = 0
    let most = 0
    let asked = 0
    const stillAllowed = async () => {
      asking += 1
      most = Math.max(most, asking)
      await settled()
      asking -= 1
      asked += 1
      return true
    }
    for (let i = 0; i < 450; i++) streamIn(streams, { stillAllowed })
    await streams.reconsider()
    expect([most, asked]).toEqual([100, 450])
  })

  it('a stream that left while it was asked about is not ended', async () => {
    const streams = createOpenStreams()
    const { stream, reasons } = streamIn(streams, { stillAllowed: () => Promise.resolve(false) })
    const done = streams.reconsider()
    streams.remove(stream)
    await done
    expect(reasons).toEqual([])
  })
})

describe('when the process stops', () => {
  it('all streams end, and each that begins later ends at once', () => {
    const streams = createOpenStreams()
    const first = streamIn(streams)
    streams.endAll('shutdown')
    const later = streamIn(streams, { kind: 'websocket', expiresAtMs: Date.now() - 1 })
    expect([first.reasons, later.reasons]).toEqual([['shutdown'], ['shutdown']])
    expect([streams.eventStreams, streams.webSockets]).toEqual([0, 0])
  })

  // A WebSocket takes a while to close. The log said that the gateway stopped, when its token had expired
  // before.
  it('a stream that is ending already keeps its first reason', () => {
    const streams = createOpenStreams()
    const { reasons } = streamIn(streams, { leaves: false, expiresAtMs: Date.now() + 1000 })
    vi.advanceTimersByTime(1000)
    streams.endAll('shutdown')
    expect(reasons).toEqual(['token_expired'])
    expect(streams.eventStreams).toBe(1)
  })
})
