import type { UpstreamOptions } from '../../upstream/upstream.ts'
import type { ExchangeConfig } from '../config.ts'
import {
  exchangeLimits,
  exchangeTimeouts,
  type FileUpstream,
  type WrittenExchange,
} from '../schema/exchange.ts'
import type { File } from '../schema/file.ts'
import { inMs } from './in-ms.ts'
import { pick } from './pick.ts'
import { withoutUndefined } from './without-undefined.ts'

/** Of the times and limits at the top of the file those that an API or a route can have for itself. */
export function commonExchange({ timeouts, limits }: File) {
  return { ...pick(limits, exchangeLimits), timeouts: inMs(pick(timeouts, exchangeTimeouts)) }
}

/**
 * Takes the options that are written and inherits the others. Every time and every limit counts by itself.
 */
export function inheritExchange(
  inherited: ExchangeConfig,
  written: WrittenExchange,
  compose: (upstream: FileUpstream) => UpstreamOptions,
): ExchangeConfig {
  const { upstream, timeouts, limits, ...others } = written
  return {
    ...inherited,
    ...withoutUndefined(others),
    ...withoutUndefined(limits ?? {}),
    ...(upstream !== undefined && { upstream: compose(upstream) }),
    ...(timeouts !== undefined && {
      timeouts: { ...inherited.timeouts, ...inMs(withoutUndefined(timeouts)) },
    }),
  }
}
