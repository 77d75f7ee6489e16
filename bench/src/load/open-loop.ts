import { createLane, type Lane } from './lane.ts'
import type { Stream } from './measured.ts'

/**
 * Requests at a constant pace, whatever becomes of the ones before: a slow answer delays nothing and hides
 * nothing, and its latency counts from the moment it was due. Waits by asking again and again, since timers
 * know only milliseconds: run it at the lowest priority (SCHED_IDLE), so that it takes nothing from the
 * upstream beside it.
 */
export type OpenLoad = {
  readonly port: number
  readonly streams: readonly Stream[]
  readonly warmUpSeconds: number
  readonly seconds: number
}

// Written by run.ts.
if (process.argv[2] !== undefined) run(JSON.parse(process.argv[2]) as OpenLoad)

function run({ port, streams, warmUpSeconds, seconds }: OpenLoad): void {
  const lanes = streams.map((stream) => createLane(stream, port))
  const measureAt = performance.now() + warmUpSeconds * 1000
  const endAt = measureAt + seconds * 1000
  let measuring = false
  const look = () => {
    const now = performance.now()
    if (!measuring && now >= measureAt) {
      measuring = true
      for (const lane of lanes) lane.measure()
    }
    if (now >= endAt) return void setTimeout(() => end(lanes), 300)
    for (const lane of lanes) lane.next(now)
    setImmediate(look)
  }
  look()
}

function end(lanes: readonly Lane[]): void {
  process.stdout.write(JSON.stringify(lanes.map((lane) => lane.result())), () => process.exit())
}
