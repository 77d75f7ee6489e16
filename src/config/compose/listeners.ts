import type { Config, ListenAddress, TlsOptions } from '../config.ts'
import { reportCertificate } from './certificates.ts'
import type { Context } from './context.ts'
import { readNamedFile } from './named-file.ts'
import { withoutUndefined } from './without-undefined.ts'

/** The listener for clients and the one for operators. */
export function composeListeners(context: Context): Pick<Config, 'listen' | 'admin' | 'tls'> {
  const { listen, admin } = context.input
  const { token } = admin
  if (meet(listen, admin.listen))
    context.issues.error(
      ['admin', 'listen'],
      'this is the public port, where clients would reach health and routes: use another one',
    )
  return {
    listen,
    admin: { listen: admin.listen, ...withoutUndefined({ token }) },
    ...withoutUndefined({ tls: composeTls(context) }),
  }
}

/** Port 0 is any free one. */
function meet(first: ListenAddress, second: ListenAddress): boolean {
  const hosts = [first.host, second.host]
  const overlap = first.host === second.host || hosts.includes('0.0.0.0') || hosts.includes('::')
  return first.port !== 0 && first.port === second.port && overlap
}

function composeTls(context: Context): TlsOptions | undefined {
  const { tls } = context.input
  if (tls?.cert === undefined || tls.key === undefined) return undefined
  const look = (member: 'cert' | 'key', fileName: string) => {
    const at = ['tls', member]
    return { pem: readNamedFile(fileName, at, context, 'look'), at }
  }
  reportCertificate(look('cert', tls.cert), look('key', tls.key), context.issues)
  const { files } = context
  return { cert: files.resolve(tls.cert), key: files.resolve(tls.key), minVersion: tls.minVersion }
}
