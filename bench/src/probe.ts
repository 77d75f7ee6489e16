import { renameSync, writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Loaded into a gateway with `--import`: at SIGUSR2 collects all garbage and writes what is left to the file
 * that SCOPEGATE_BENCH_PROBE names. Also keeps, for the soak, the least heap that was in use since it was
 * last asked.
 */
const file = process.env['SCOPEGATE_BENCH_PROBE'] ?? ''
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

let leastBytes = Number.POSITIVE_INFINITY
setInterval(() => {
  leastBytes = Math.min(leastBytes, used())
}, 100).unref()

function used(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function tell(values: object): void {
  writeFileSync(`${file}.new`, JSON.stringify(values))
  renameSync(`${file}.new`, file)
}

process.on('SIGUSR2', () => {
  collect()
  collect()
  tell({ usedBytes: used() })
})

/** Without a collection: what V8 itself leaves. */
process.on('SIGURG', () => {
  tell({ usedBytes: Math.min(leastBytes, used()) })
  leastBytes = Number.POSITIVE_INFINITY
})
