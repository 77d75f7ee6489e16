import { resolve } from 'node:path'
import type { Config, ListenAddress, TlsOptions } from '../config.ts'
import type { Context } from './context.ts'
import { readNamedFile } from './named-file.ts'
import { withoutUndefined } from './without-undefined.ts'

/** The listener for clients and the one for operators. */
export function composeListeners(context: Context): Pick<Config, 'listen' | 'admin' | 'tls'> {
  const { listen, admin } = context.input
  if (meet(listen, admin.listen))
    context.issues.error(
      ['admin', 'listen'],
      'this is the public port, where clients would reach health and routes: use another one',
    )
  return { listen, admin, ...withoutUndefined({ tls: composeTls(context) }) }
}

/** Port 0 is any free one. */
function meet(first: ListenAddress, second: ListenAddress): boolean {
  const hosts = [first.host, second.host]
  const overlap = first.host === second.host || hosts.includes('0.0.0.0') || hosts.includes('::')
  return first.port !== 0 && first.port === second.port && overlap
}

function composeTls(context: Context): TlsOptions | undefined {
  const { tls } = context.input
  if (tls === undefined) return undefined
  const fileName = (member: 'cert' | 'key') => {
    const name = tls[member] ?? ''
    if (name !== '') readNamedFile(name, ['tls', member], context)
    return resolve(context.folder, name)
  }
  return { cert: fileName('cert'), key: fileName('key'), minVersion: tls.minVersion }
}
