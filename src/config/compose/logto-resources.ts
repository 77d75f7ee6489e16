import type { WantedResource } from '../logto-config.ts'
import type { KeyPath } from '../yaml/key-path.ts'
import type { ComposedApi } from './apis.ts'
import type { Context } from './context.ts'
import { withoutUndefined } from './without-undefined.ts'

/**
 * The API resources of the issuer that `logto:` is about. A scope that a route asks for and no permission
 * names is an error: nobody could ever hold it.
 */
export function composeResources(
  apis: readonly ComposedApi[],
  issuer: string | undefined,
  context: Context,
): WantedResource[] {
  const { input } = context
  return apis.flatMap((composed) => {
    const { config } = composed
    const { permissions, name } = input.apis?.[config.name] ?? {}
    const needed = neededScopes(composed)
    if (permissions !== undefined || (isProvisioned(context) && config.issuer === issuer))
      reportMissing(needed, permissions ?? {}, composed, context)
    if (issuer === undefined || config.issuer !== issuer || config.resource === '') return []
    return [
      {
        api: config.name,
        indicator: config.resource,
        permissions: permissions ?? {},
        ...withoutUndefined({ name }),
        needed: [...new Set(needed.map(({ scope }) => scope))],
      },
    ]
  })
}

/** A file may have `logto:` for its account alone, and leave the tenant to the console. */
function isProvisioned({ input: { logto } }: Context): boolean {
  if (logto === undefined) return false
  const { roles, applications, users, defaultApi } = logto
  return defaultApi !== undefined || [roles, applications, users].some((map) => Object.keys(map).length > 0)
}

type Needed = { readonly scope: string; readonly at: KeyPath }

function neededScopes({ config, writtenAt }: ComposedApi): Needed[] {
  return config.paths.flatMap(({ pattern, methods }) =>
    [...methods].flatMap(([method, { requirement }]) => {
      if (requirement.kind !== 'scopes') return []
      const at = [...(writtenAt.get(pattern.text) ?? []), method]
      return requirement.anyOf.flat().map((scope) => ({ scope, at }))
    }),
  )
}

function reportMissing(
  needed: readonly Needed[],
  permissions: Readonly<Record<string, string>>,
  { config: { name } }: ComposedApi,
  { issues }: Context,
): void {
  if (issues.hasError(['apis', name, 'permissions'])) return
  const told = new Set<string>()
  for (const { scope, at } of needed) {
    if (Object.hasOwn(permissions, scope) || told.has(scope)) continue
    told.add(scope)
    const known = Object.keys(permissions)
    const mend = known.length === 0 ? `write permissions: { ${scope}: what it means }` : 'add it there'
    issues.error(
      at,
      `${scope} is not among the permissions of this API, so nobody could hold it: ${mend}`,
      'key',
    )
  }
}
