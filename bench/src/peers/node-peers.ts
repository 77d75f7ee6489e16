import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dependencies } from '../programs.ts'
import { type Peer, type Place, startPinned } from './peer.ts'

const checksNothing = { does: 'forwards, checks nothing', algorithms: [], webSockets: true } as const

/** Libraries of Node, each in a program of its own. */
export const nodePeers: readonly Peer[] = [
  createPeer({ ...checksNothing, id: 'http-proxy', name: packageName('http-proxy') }, 'http-proxy'),
  createPeer({ ...checksNothing, id: 'httpxy', name: packageName('httpxy') }, 'httpxy'),
  createPeer(
    { ...checksNothing, id: 'undici', name: `bare ${packageName('undici')}`, webSockets: false },
    'undici',
  ),
  createPeer({ ...checksNothing, id: 'node-http', name: 'bare node:http' }, 'node-http'),
  createPeer(
    fastify('fastify', '', 'verifies the signature, issuer, audience and expiry of each request'),
    'fastify',
  ),
  createPeer(
    fastify('fastify-cache', ' with its cache', 'verifies a token once, keeps the last 20,000'),
    'fastify',
    'cache',
  ),
]

type Description = Omit<Peer, 'prepare' | 'start'>

function fastify(id: string, addition: string, does: string): Description {
  const name = `${packageName('@fastify/http-proxy')}, ${packageName('fast-jwt')}${addition}`
  return { id, name, does: `${does}; no log`, algorithms: ['ES384', 'ES256', 'RS256'], webSockets: true }
}

function createPeer(description: Description, program: string, ...more: readonly string[]): Peer {
  return {
    ...description,
    prepare: async () => undefined, // A dependency of this package.
    start(place) {
      const file = join(import.meta.dirname, `programs/${program}.js`)
      return startPinned(place, process.execPath, [file, ...programArguments(place), ...more])
    },
  }
}

/** Ports for those that need no more, and everything in a file. */
function programArguments(place: Place): readonly string[] {
  const file = join(place.folder, 'place.json')
  writeFileSync(file, JSON.stringify(place))
  return [String(place.port), String(place.upstreamPort), file]
}

/** With its version, which is pinned. */
function packageName(name: keyof typeof dependencies): string {
  return `${name} ${dependencies[name]}`
}
