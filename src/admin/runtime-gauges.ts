import type { Runtime } from '../gateway/runtime.ts'
import type { KeySet } from '../issuer/key-set.ts'
import type { Gauges } from '../log/meters.ts'
import type { Origin } from '../upstream/origin.ts'

/**
 * The gauges of one process that serves. The same issuer or upstream may be in it several times, under
 * several options.
 */
export function runtimeGauges({ cache, verifications, streams, keySets, upstreams }: Runtime): Gauges {
  return [
    ['scopegate_token_cache_entries', [], cache.size],
    ['scopegate_verification_queue', [], verifications.waiting],
    ['scopegate_open_streams', ['event_stream'], streams.eventStreams],
    ['scopegate_open_streams', ['websocket'], streams.webSockets],
    ...keySets.entries.flatMap(([, keySet]) => issuerGauges(keySet)),
    ...upstreams.entries.flatMap(([, { origins }]) => origins.flatMap(originGauges)),
  ]
}

function issuerGauges(keySet: KeySet): Gauges {
  const { lastSuccessMs } = keySet
  const { issuer, keys } = keySet.status()
  const count = ['scopegate_issuer_keys', [issuer], keys] as const
  if (lastSuccessMs === undefined) return [count]
  return [count, ['scopegate_issuer_last_success_timestamp_seconds', [issuer], lastSuccessMs / 1000]]
}

function originGauges({ url, connections, waiting }: Origin): Gauges {
  const { host } = new URL(url)
  return [
    ['scopegate_upstream_connections', [host], connections],
    ['scopegate_upstream_queue', [host], waiting],
  ]
}
