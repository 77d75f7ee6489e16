import { idOf, type Logto } from './logto.ts'

/** Objects that the tests make in a tenant, and that are removed when they are over. */
export type Made = {
  resource(what: string, ...permissions: string[]): Promise<MadeResource>
  /** A Traditional application, unless `more` says another type. */
  application(what: string, more?: Readonly<Record<string, unknown>>): Promise<MadeApplication>
}

export type MadeResource = {
  readonly id: string
  readonly indicator: string
  /** The id of each permission. */
  readonly scopeIds: Readonly<Record<string, string>>
}

export type MadeApplication = { readonly id: string; readonly secret: string }

/** The one redirect URI of each application. */
export const redirectUri = 'https://app.example/callback'

export function createMade(logto: Logto): Made {
  async function make(path: string, body: unknown): Promise<string> {
    const made = await logto.api('POST', path, body)
    if (made.status >= 300) throw new Error(`${path}: ${made.status} ${JSON.stringify(made.body)}`)
    return idOf(made.body)
  }
  async function makeAndRemove(path: string, body: unknown): Promise<string> {
    const id = await make(path, body)
    logto.remove(`${path}/${id}`)
    return id
  }
  return {
    async resource(what, ...permissions) {
      const name = logto.name(what)
      const indicator = `https://${name.replaceAll(' ', '-')}.example/`
      const id = await makeAndRemove('resources', { name, indicator })
      const scopeIds: Record<string, string> = {}
      for (const permission of permissions)
        scopeIds[permission] = await make(`resources/${id}/scopes`, { name: permission })
      return { id, indicator, scopeIds }
    },
    async application(what, more = {}) {
      const redirectUris = more['type'] === 'MachineToMachine' ? [] : [redirectUri]
      const oidcClientMetadata = { redirectUris, postLogoutRedirectUris: [] }
      const body = { name: logto.name(what), type: 'Traditional', oidcClientMetadata, ...more }
      const id = await makeAndRemove('applications', body)
      const secrets = await logto.api('GET', `applications/${id}/secrets`)
      const [{ value = '' } = {}] = secrets.body as { value?: string }[]
      return { id, secret: value }
    },
  }
}
