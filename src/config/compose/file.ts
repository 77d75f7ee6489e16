import * as v from 'valibot'
import type { Config } from '../config.ts'
import type { FileReader } from '../file-reader.ts'
import type { Issue } from '../issue.ts'
import { createIssueList, type IssueList, keyPathOf } from '../issue-list.ts'
import { type File, file } from '../schema/file.ts'
import type { YamlTree } from '../yaml/tree.ts'
import { composeApis } from './apis.ts'
import { reportConflicts } from './conflicts.ts'
import type { Context } from './context.ts'
import { composeIdentity } from './identity.ts'
import { inMs } from './in-ms.ts'
import { composeIssuers } from './issuers.ts'
import { composeListeners } from './listeners.ts'
import { reportSharedUpstreams } from './shared-upstreams.ts'
import { reportWarnings } from './warnings.ts'
import { without } from './without.ts'
import { withoutUndefined } from './without-undefined.ts'
import { composeWorkers } from './workers.ts'

/** The Config is undefined when one of the issues is an error. */
export type Composed = {
  readonly config: Config | undefined
  readonly issues: readonly Issue[]
}

/** The walked document → a Config and every issue. */
export function decode(tree: YamlTree, files: FileReader): Composed {
  const list = createIssueList(tree)
  const input = tree.readable ? readFile(tree.value, list) : undefined
  const config = input && compose({ input, files, issues: list })
  const issues = list.all()
  return { config: issues.some(({ severity }) => severity === 'error') ? undefined : config, issues }
}

/** Wrong values are reported and taken out. The rest is checked as if they had never been written. */
function readFile(value: unknown, issues: IssueList): File | undefined {
  const first = v.safeParse(file, value ?? {})
  if (first.success) return first.output
  issues.schemaErrors([], first.issues)
  const wrong = first.issues.filter(({ type }) => type !== 'raw_check').map(keyPathOf)
  const rest = v.safeParse(file, without(value ?? {}, wrong))
  return rest.typed ? rest.output : undefined
}

function compose(context: Context): Config {
  const { input, issues } = context
  const { publicUrl, tokens, limits, log, trustedProxies } = input
  const issuers = composeIssuers(context)
  const composed = composeApis({ ...context, issuers })
  const apis = composed.map(({ config }) => config)
  reportConflicts(composed, issues)
  reportSharedUpstreams(composed, issues)
  const config: Config = {
    ...composeListeners(context),
    ...withoutUndefined({ publicUrl: publicUrl?.replace(/\/+$/, '') }),
    issuers,
    apis,
    tokens: {
      clockToleranceMs: tokens.clockTolerance,
      maxBytes: tokens.maxBytes,
      maxLifetimeMs: tokens.maxLifetime,
      cacheMaxEntries: tokens.cache.maxEntries,
    },
    identity: composeIdentity(context, apis),
    limits,
    timeouts: inMs(input.timeouts),
    log,
    trustedProxies,
    workers: composeWorkers(context, apis),
  }
  reportWarnings(config, context)
  return config
}
