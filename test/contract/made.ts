import { createBrowser, redirectUri } from './browser.ts'
import { type Answer, basic, idOf, type Logto } from './logto.ts'

/** Objects that the tests make in a tenant, and that are removed when they are over. */
export type Made = {
  resource(what: string, ...permissions: string[]): Promise<MadeResource>
  /** A Traditional application, unless `more` says another type. */
  application(what: string, more?: Readonly<Record<string, unknown>>): Promise<MadeApplication>
  /** Its id. */
  role(what: string, scopeIds: readonly string[], type?: string): Promise<string>
  user(what: string, roleIds?: readonly string[]): Promise<MadeUser>
  /** The value of a new personal access token. */
  personalToken(user: MadeUser, more?: Readonly<Record<string, unknown>>): Promise<string>
}

export type MadeResource = {
  readonly id: string
  readonly indicator: string
  /** The id of each permission. */
  readonly scopeIds: Readonly<Record<string, string>>
}

export type MadeApplication = { readonly id: string; readonly secret: string }
export type MadeUser = { readonly id: string; readonly username: string; readonly password: string }

export function createMade(logto: Logto): Made {
  async function make(path: string, body: unknown): Promise<unknown> {
    const made = await logto.api('POST', path, body)
    if (made.status >= 300) throw new Error(`${path}: ${made.status} ${JSON.stringify(made.body)}`)
    return made.body
  }
  async function makeAndRemove(path: string, body: unknown): Promise<string> {
    const id = idOf(await make(path, body))
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
        scopeIds[permission] = idOf(await make(`resources/${id}/scopes`, { name: permission }))
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
    async role(what, scopeIds, type = 'User') {
      const id = await makeAndRemove('roles', { name: logto.name(what), description: 'x', type })
      if (scopeIds.length > 0) await make(`roles/${id}/scopes`, { scopeIds })
      return id
    },
    async user(what, roleIds = []) {
      const username = logto.name(what).replaceAll(/\W/g, '_')
      const password = 'Correct-horse-7-battery'
      const id = await makeAndRemove('users', { username, password, name: 'Scopegate contract' })
      if (roleIds.length > 0) await make(`users/${id}/roles`, { roleIds })
      return { id, username, password }
    },
    async personalToken({ id }, more = {}) {
      const made = await make(`users/${id}/personal-access-tokens`, { name: 'contract', ...more })
      return String(Object(made).value)
    },
  }
}

export type Tokens = {
  readonly access_token: string
  readonly scope?: string
  readonly refresh_token?: string
  readonly id_token?: string
}

export type Asked = {
  readonly user: MadeUser
  readonly application: MadeApplication
  readonly scope: string
  readonly resource?: readonly string[]
  /** Further parameters at /oidc/auth. */
  readonly more?: Readonly<Record<string, string>>
  /** Further parameters at /oidc/token. */
  readonly atToken?: Readonly<Record<string, string>>
}

/** One call of the token endpoint as this application. */
export function tokenOf(
  logto: Logto,
  { id, secret }: MadeApplication,
  fields: Readonly<Record<string, string>>,
): Promise<Answer> {
  return logto.post('token', fields, { authorization: basic(id, secret) })
}

/** The code of a sign-in. Throws when it was refused. */
export async function codeOf(logto: Logto, asked: Asked): Promise<string> {
  const { user, application, scope, resource = [], more = {} } = asked
  const signedIn = await createBrowser(logto).signIn({
    ...{ ...user, clientId: application.id, scope, resource, more },
  })
  const code = 'callback' in signedIn ? signedIn.callback.get('code') : null
  if (code === null) throw new Error(`no code: ${JSON.stringify(signedIn)}`)
  return code
}

/** The tokens of a sign-in, from the first request to the exchange of the code. */
export async function signInTo(logto: Logto, asked: Asked): Promise<Tokens> {
  const code = await codeOf(logto, asked)
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...asked.atToken }
  const { status, body } = await tokenOf(logto, asked.application, fields)
  if (status !== 200) throw new Error(`no tokens: ${status} ${JSON.stringify(body)}`)
  return body as Tokens
}
