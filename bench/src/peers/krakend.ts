import type { Peer } from './peer.ts'

/** None of its releases that were asked for is there: 2.7.0, 2.8.0, 2.9.0 and the latest. */
export const krakend: Peer = {
  id: 'krakend',
  name: 'KrakenD',
  does: 'was never started',
  algorithms: [],
  webSockets: false,
  prepare: async () => 'its Go module github.com/krakend/krakend-ce/v2 cannot be downloaded',
  start: () => Promise.reject(new Error('it cannot be had')),
}
