import type { UpstreamOptions } from '../../upstream/upstream.ts'
import { type FileUpstream, type FileUpstreamTls, pool } from '../schema/exchange.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import { reportAuthorities, reportCertificate } from './certificates.ts'
import type { Context } from './context.ts'
import { readNamedFile } from './named-file.ts'
import { withoutUndefined } from './without-undefined.ts'

/** An upstream, and where it is written. */
export type ComposedUpstream = { readonly upstream: UpstreamOptions; readonly at: KeyPath }

/** Stands in for an upstream that has an error, so that the rest of its API is checked. */
export const noUpstream: UpstreamOptions = { origins: [], ...pool }

/** An upstream as the file has it → its origins and its pool, with the certificates read. */
export function composeUpstream(
  input: FileUpstream,
  at: KeyPath,
  context: Pick<Context, 'files' | 'issues'>,
): UpstreamOptions {
  const isShort = typeof input === 'string' || Array.isArray(input)
  const { url = [], tls, ...own } = isShort ? { url: input, ...pool } : input
  const origins = Array.isArray(url) ? url : [url]
  if (tls === undefined) return { origins, ...own }
  if (origins.some((origin) => !origin.startsWith('https:')))
    context.issues.error(
      [...at, 'tls'],
      'tls is for origins with https: write https://, or take it out',
      'key',
    )
  return { origins, ...own, tls: readTls(tls, [...at, 'tls'], context) }
}

function readTls(
  { ca, cert, key, servername }: FileUpstreamTls,
  at: KeyPath,
  context: Pick<Context, 'files' | 'issues'>,
): NonNullable<UpstreamOptions['tls']> {
  const read = (member: string, fileName: string) => {
    const path = [...at, member]
    return { pem: readNamedFile(fileName, path, context), at: path }
  }
  const authorities = ca === undefined ? undefined : read('ca', ca)
  if (authorities !== undefined) reportAuthorities(authorities, context.issues)
  const own =
    cert === undefined || key === undefined ? undefined : { cert: read('cert', cert), key: read('key', key) }
  if (own !== undefined) reportCertificate(own.cert, own.key, context.issues)
  return withoutUndefined({ ca: authorities?.pem, cert: own?.cert.pem, key: own?.key.pem, servername })
}
