import type { MetricsText } from '../admin/admin.ts'
import { chooseFormat, contentTypes, printMetrics } from '../admin/exposition.ts'
import { type Gauges, Meters } from '../log/meters.ts'
import { measureProcess } from './process-meters.ts'

/**
 * The content of `/metrics`. Everything that is counted is added up here, so that no count falls when a
 * process ends.
 */
export type MetricsPage = {
  readonly totals: Meters
  /** `accept` is the header of the client. */
  print(accept: string | undefined): Promise<MetricsText>
  stop(): void
}

/** The program as a whole, as it is when it is asked. */
export type Program = {
  readonly version: string
  /** The digest of the configuration file in force, and the time when it was loaded. */
  readonly config: { readonly sha256: string; readonly loadedAtMs: number }
  /** The last load of the file put it in force. */
  readonly isFileInForce: boolean
  /** Lines that the log of this process has lost. */
  readonly droppedLines: number
}

export type MetricsPageOptions = {
  /** `metrics.series`. */
  readonly series: number
  readonly program: Program
  /** Adds what the processes that serve have counted, and resolves to the gauges of each. */
  readonly collect: (totals: Meters) => Promise<readonly Gauges[]>
}

export function createMetricsPage({ series, program, collect }: MetricsPageOptions): MetricsPage {
  const totals = new Meters(series)
  const own = measureProcess(totals, program)
  return {
    totals,
    async print(accept) {
      const [serving, process] = await Promise.all([collect(totals), own.gauges()])
      const format = chooseFormat(accept)
      const gauges = [...serving, process, programGauges(program)]
      return { type: contentTypes[format], text: printMetrics(totals.read(), gauges, format) }
    },
    stop: own.stop,
  }
}

function programGauges({ version, config, isFileInForce }: Program): Gauges {
  return [
    ['scopegate_config_info', [version, config.sha256], 1],
    ['scopegate_config_last_reload_success', [], isFileInForce ? 1 : 0],
    ['scopegate_config_last_reload_timestamp_seconds', [], config.loadedAtMs / 1000],
  ]
}
