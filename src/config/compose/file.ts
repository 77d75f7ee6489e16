import * as v from 'valibot'
import type { IssuerOptions } from '../../issuer/options.ts'
import type { Config } from '../config.ts'
import type { Issue } from '../issue.ts'
import { createIssueList, type IssueList, keyPathOf } from '../issue-list.ts'
import { ownPathsOf } from '../own-paths.ts'
import { type File, file } from '../schema/file.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import type { YamlTree } from '../yaml/tree.ts'
import { composeApis } from './apis.ts'
import { composeChatGpt } from './chatgpt.ts'
import { reportConflicts } from './conflicts.ts'
import type { Context } from './context.ts'
import { composeIdentity } from './identity.ts'
import { inMs } from './in-ms.ts'
import { composeIssuers, issuerPath } from './issuers.ts'
import { composeListeners } from './listeners.ts'
import { composeLog } from './log.ts'
import { composeLogto } from './logto.ts'
import { readLock } from './logto-lock.ts'
import { reportOpaque } from './opaque.ts'
import { reportOwnPathConflicts } from './own-path-conflicts.ts'
import { composeRevocation } from './revocation.ts'
import { reportSharedUpstreams } from './shared-upstreams.ts'
import type { ComposedUpstream } from './upstreams.ts'
import { reportWarnings } from './warnings.ts'
import { without } from './without.ts'
import { withoutUndefined } from './without-undefined.ts'
import { composeWorkers } from './workers.ts'

/** The Config is undefined when one of the issues is an error. */
export type Composed = {
  readonly config: Config | undefined
  readonly issues: readonly Issue[]
  /** Where the parts are written that are reached over the network; undefined when nothing was composed. */
  readonly network: NetworkParts | undefined
}

export type NetworkParts = {
  readonly issuers: readonly { readonly name: string; readonly issuer: IssuerOptions; readonly at: KeyPath }[]
  readonly upstreams: readonly ComposedUpstream[]
  /** An error at the place of one. */
  issueAt(at: KeyPath, message: string): Issue
}

export type DecodeOptions = Pick<Context, 'files' | 'fileName'> & { readonly use: Use }

/**
 * `provision`: to set Logto up, before the secrets of this file exist and applications have an id. `visit`:
 * to call the gateway as a client, from where those secrets need not be.
 */
export type Use = 'serve' | 'provision' | 'visit'

/** The walked document → a Config and every issue. */
export function decode(tree: YamlTree, { files, fileName, use }: DecodeOptions): Composed {
  const list = createIssueList(tree)
  const input = tree.readable ? readFile(tree.value, list) : undefined
  const given = input && { input, files, issues: list, fileName, isProvisioning: use !== 'serve' }
  const composed = given && compose({ ...given, lock: readLock(given) })
  const issues = list.all().filter((issue) => !isOfLater(issue, use))
  const isRight = issues.every(({ severity }) => severity !== 'error')
  const issueAt = (at: KeyPath, message: string) =>
    tree.issueAt(at, message, { severity: 'error', part: 'value' })
  return {
    config: isRight ? composed?.config : undefined,
    issues,
    network: composed && { ...composed.network, issueAt },
  }
}

/** A reference to what does not exist here or not yet, at a key that this use does not look at. */
function isOfLater({ isUnset, path }: Issue, use: Use): boolean {
  return isUnset === true && use !== 'serve' && !lookedAt[use].test(path)
}

/** How the issuer is reached, the resources, and what is to be provisioned; or what clients are told. */
const lookedAt = {
  provision:
    /^(?:issuer|issuers\.[^.]+)\.(?:logto|proxy|tls\b.*)$|^logto\b|^apis\.[^.]+\.(?:resource|name|issuer|permissions\b.*)$/,
  visit:
    /^(?:issuer|issuers\.[^.]+)\.(?:logto|url|proxy|tls\b.*)$|^publicUrl$|^chatgpt\b|^apis\.[^.]+\.(?:resource|issuer)$/,
} as const

/** Wrong values are reported and taken out. The rest is checked as if they had never been written. */
function readFile(value: unknown, issues: IssueList): File | undefined {
  const first = v.safeParse(file, value ?? {})
  if (first.success) return first.output
  issues.schemaErrors([], first.issues)
  const wrong = first.issues.filter(({ type }) => type !== 'raw_check').map(keyPathOf)
  const rest = v.safeParse(file, without(value ?? {}, wrong))
  return rest.typed ? rest.output : undefined
}

function compose(context: Context): { config: Config; network: Omit<NetworkParts, 'issueAt'> } {
  const { input, issues } = context
  const { publicUrl, tokens, limits, metrics, trustedProxies } = input
  const issuers = composeIssuers(context)
  const composed = composeApis({ ...context, issuers })
  const apis = composed.map(({ config }) => config)
  reportConflicts(composed, issues)
  reportOpaque(composed, { ...context, issuers })
  reportSharedUpstreams(composed, issues)
  const logto = composeLogto(context, composed, issuers)
  const config: Config = {
    ...composeListeners(context),
    ...withoutUndefined({ publicUrl: publicUrl?.replace(/\/+$/, '') }),
    issuers,
    apis,
    ...withoutUndefined({
      logto,
      revocation: composeRevocation(context, issuers),
      chatgpt: composeChatGpt({ ...context, issuers }, composed),
    }),
    tokens: {
      clockToleranceMs: tokens.clockTolerance,
      maxBytes: tokens.maxBytes,
      maxLifetimeMs: tokens.maxLifetime,
      cacheMaxEntries: tokens.cache.maxEntries,
    },
    opaque: {
      mode: tokens.opaque,
      inFlight: tokens.exchange.inFlight,
      personalAccessTokens: tokens.exchange.personalAccessTokens,
    },
    identity: composeIdentity(context, apis),
    limits,
    timeouts: inMs(input.timeouts),
    log: composeLog(context),
    metrics,
    trustedProxies,
    workers: composeWorkers(context, apis),
  }
  reportOwnPathConflicts(ownPathsOf(config), composed, issues)
  reportWarnings(config, context)
  const placed = [...issuers].map(([name, issuer]) => ({
    name,
    issuer,
    at: [...issuerPath(name, input), issuer.isLogto ? 'logto' : 'url'],
  }))
  return {
    config,
    network: { issuers: placed, upstreams: composed.flatMap(({ upstreams }) => upstreams) },
  }
}
