import type { UpstreamOptions } from '../../upstream/upstream.ts'
import type { IssueList } from '../issue-list.ts'
import { type FileUpstream, pool } from '../schema/exchange.ts'
import type { Path } from '../yaml/tree.ts'
import type { ComposedApi } from './apis.ts'
import type { Context } from './context.ts'
import { readNamedFile } from './named-file.ts'
import { present } from './without-undefined.ts'

/** One upstream with its certificates read; undefined stands for one that has an issue. */
export function composeUpstream(
  input: FileUpstream | undefined,
  at: Path,
  context: Pick<Context, 'folder' | 'issues'>,
): UpstreamOptions {
  const isShort = input === undefined || typeof input === 'string' || Array.isArray(input)
  const { url = [], connections, queue, tls } = isShort ? { url: input, ...pool, tls: undefined } : input
  const origins = Array.isArray(url) ? url : [url]
  if (tls === undefined) return { origins, connections, queue }
  if (origins.some((origin) => !origin.startsWith('https:')))
    context.issues.error(
      [...at, 'tls'],
      'tls is for origins with https: write https://, or take it out',
      'key',
    )
  return { origins, connections, queue, tls: readTls(tls, [...at, 'tls'], context) }
}

type FileTls = {
  ca?: string | undefined
  cert?: string | undefined
  key?: string | undefined
  servername?: string | undefined
}

function readTls(
  { ca, cert, key, servername }: FileTls,
  at: Path,
  context: Pick<Context, 'folder' | 'issues'>,
): NonNullable<UpstreamOptions['tls']> {
  const read = (member: string, fileName: string | undefined) =>
    fileName === undefined ? undefined : readNamedFile(fileName, [...at, member], context)
  return present({ ca: read('ca', ca), cert: read('cert', cert), key: read('key', key), servername })
}

/** One upstream behind two issuers could mistake one issuer's `sub` for the other's. */
export function reportSharedUpstreams(apis: readonly ComposedApi[], issues: IssueList): void {
  const users = new Map<string, ComposedApi>()
  for (const api of apis) {
    for (const [origin, path] of api.origins) {
      const other = users.get(origin) ?? api
      users.set(origin, other)
      if (hasOneIssuer(api, other) || [api, other].every(tellsIssuer)) continue
      issues.error(
        path,
        `the API ${other.config.name} has the same upstream and another issuer, so two users could have one sub: map iss to an identity header in both`,
      )
    }
  }
}

/** An API whose routes are all public, or whose issuer has an issue, has none. */
function hasOneIssuer({ config: first }: ComposedApi, { config: second }: ComposedApi): boolean {
  return first.issuer === undefined || second.issuer === undefined || first.issuer === second.issuer
}

function tellsIssuer({ config }: ComposedApi): boolean {
  return config.identityHeaders.some(({ claim }) => claim === 'iss')
}
