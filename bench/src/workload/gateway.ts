import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, type StartOptions, type Subject, startSubject } from '../machine/subject.ts'
import type { Place } from '../peers/peer.ts'
import { gatewayProgram } from '../programs.ts'
import { type GatewayOptions, type GatewayPlace, gatewayConfig } from './gateway-config.ts'

export type GatewayStart = GatewayOptions &
  StartOptions & {
    /** For Node, before the program. */
    readonly nodeOptions?: readonly string[]
    /** Another configuration than the usual one. */
    readonly config?: (place: GatewayPlace) => string
  }

export async function startGateway(
  parent: string,
  place: Omit<Place, 'folder' | 'port'>,
  options: GatewayStart = {},
): Promise<Subject> {
  const folder = await mkdtemp(join(parent, 'gateway-'))
  const [port, adminPort] = [await freePort(), await freePort()]
  const configFile = join(folder, 'gateway.yaml')
  const { config = (at: GatewayPlace) => gatewayConfig(at, options) } = options
  await writeFile(configFile, config({ ...place, port, adminPort }))
  const node = [process.execPath, ...(options.nodeOptions ?? [])]
  return startSubject([...node, gatewayProgram, 'serve', '--config', configFile], port, options)
}
