import * as v from 'valibot'

const text = v.string()
const optionalText = v.nullish(text)
const object = v.nullish(v.record(text, v.unknown()), {})

const scope = v.object({ id: text, name: text, description: optionalText })
export const resource = v.object({
  id: text,
  name: text,
  indicator: text,
  isDefault: v.optional(v.boolean(), false),
  accessTokenTtl: v.number(),
  scopes: v.optional(v.array(scope), []),
})
export const role = v.object({ id: text, name: text, description: optionalText, type: text })
export const roleScope = v.object({ id: text, name: text, resourceId: text })
export const application = v.object({
  id: text,
  name: text,
  type: text,
  description: optionalText,
  isThirdParty: v.optional(v.boolean(), false),
  oidcClientMetadata: v.nullish(v.looseObject({ redirectUris: v.optional(v.array(text), []) }), {
    redirectUris: [],
  }),
  customClientMetadata: object,
  customData: object,
})
export const consent = v.object({
  resourceScopes: v.optional(
    v.array(
      v.object({ resource: v.object({ id: text }), scopes: v.array(v.object({ id: text, name: text })) }),
    ),
    [],
  ),
})
export const user = v.object({
  id: text,
  username: optionalText,
  primaryEmail: optionalText,
  isSuspended: v.optional(v.boolean(), false),
})
export const hook = v.object({
  id: text,
  name: v.nullish(text),
  event: optionalText,
  events: v.nullish(v.array(text), []),
  config: v.looseObject({ url: text }),
  enabled: v.optional(v.boolean(), true),
})

export type Scope = v.InferOutput<typeof scope>
export type Resource = v.InferOutput<typeof resource>
export type Role = v.InferOutput<typeof role> & { readonly scopeIds: readonly string[] }
export type Application = v.InferOutput<typeof application> & {
  /** Ids; undefined where nobody asked. */
  readonly roleIds?: readonly string[]
  readonly consentIds?: readonly string[]
}
export type User = v.InferOutput<typeof user> & { readonly roleIds: readonly string[] }
export type Hook = v.InferOutput<typeof hook>

/** The content of a tenant, as far as the file names it. */
export type Tenant = {
  readonly resources: readonly Resource[]
  readonly roles: readonly Role[]
  readonly applications: readonly Application[]
  /** Name in the file → everybody who is called so. */
  readonly users: ReadonlyMap<string, readonly User[]>
  readonly hooks: readonly Hook[]
}
