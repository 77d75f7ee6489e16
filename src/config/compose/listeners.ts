import { isLoopback } from '../../http/loopback.ts'
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
  reportAdminToken(context)
  return {
    listen,
    admin: { listen: admin.listen, ...withoutUndefined({ token }) },
    ...withoutUndefined({ tls: composeTls(context) }),
  }
}

/** Without `revocation` nobody may miss it: health and routes need no token. */
function reportAdminToken({ input: { admin, revocation }, issues }: Context): void {
  if (admin.token !== undefined && !/^[\x21-\x7e]+$/.test(admin.token))
    issues.error(
      ['admin', 'token'],
      'it is sent in a header field: use ASCII letters, digits and signs alone',
    )
  if (revocation === undefined || admin.token !== undefined || isLoopback(admin.listen.host)) return
  issues.warning(
    ['admin', 'listen'],
    'it is reached from other machines, so POST /revoke and GET /revocations are refused there: write ' +
      'admin.token, or listen on 127.0.0.1',
  )
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
