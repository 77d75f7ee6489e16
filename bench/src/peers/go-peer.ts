import { buildGo } from './install.ts'
import { type Peer, type Place, startPinned } from './peer.ts'

type Setup = {
  readonly module: string
  readonly version: string
  /** Of the program in the module. */
  readonly packagePath: string
  /** Writes the files it needs into the place's folder, and returns the arguments. */
  arguments(place: Place): Promise<readonly string[]>
  readonly env?: Readonly<Record<string, string>>
}

/** A program in Go, built from its module and running on one thread. */
export function createGoPeer(description: Omit<Peer, 'prepare' | 'start'>, setup: Setup): Peer {
  let program = ''
  return {
    ...description,
    async prepare(say) {
      const built = await buildGo(setup.module, setup.version, setup.packagePath, say)
      if ('problem' in built) return built.problem
      program = built.file
      return undefined
    },
    async start(place) {
      const env = { GOMAXPROCS: '1', HOME: place.folder, ...setup.env }
      return startPinned(place, program, await setup.arguments(place), env)
    },
  }
}
