import { type Answer, answerOf, type Logto } from './logto.ts'

/** The one redirect URI of each application. */
export const redirectUri = 'https://app.example/callback'

export type SignIn = {
  readonly username: string
  readonly password: string
  readonly clientId: string
  readonly scope: string
  /** Of an application that has another one than the others. */
  readonly more?: Readonly<Record<string, string>>
  readonly resource?: readonly string[]
  /** The request is a form instead of a query. */
  readonly isForm?: boolean
}

/** The query with which the sign-in came back, or the answer of the step that was refused. */
export type SignedIn =
  | { readonly callback: URLSearchParams; readonly isConsentAsked: boolean }
  | { readonly refused: Answer }

type Reached = SignedIn | { readonly page: string }

/** A person in a browser, with cookies of their own. */
export type Browser = { signIn(options: SignIn): Promise<SignedIn> }

/**
 * Signs in as a browser does, with the calls of Logto's own page. The consent that a third party needs is
 * given.
 */
export function createBrowser(logto: Logto): Browser {
  const cookies = new Map<string, string>()

  async function send(url: string, method = 'GET', body?: URLSearchParams | object): Promise<Response> {
    const isForm = body instanceof URLSearchParams
    const headers = {
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
    }
    const text = body === undefined || isForm ? (body ?? null) : JSON.stringify(body)
    const response = await fetch(url, { method, headers, body: text, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return response
  }

  /** Follows redirects until the application's own URI, or a page, is reached. */
  async function follow(response: Response, isConsentAsked = false): Promise<Reached> {
    let at = response
    for (let step = 0; step < 10; step += 1) {
      const location = at.headers.get('location')
      if (location === null) return at.ok ? { page: at.url } : { refused: await answerOf(at) }
      if (location.startsWith(redirectUri))
        return { callback: new URL(location).searchParams, isConsentAsked }
      at = await send(new URL(location, at.url).href)
    }
    throw new Error('the sign-in did not come to an end')
  }

  const api = (method: string, path: string, body: object = {}) =>
    send(`${logto.endpoint}/api/${path}`, method, body)

  /** Undefined when every step was taken. */
  async function experience({ username, password }: SignIn): Promise<Answer | undefined> {
    await api('PUT', 'experience', { interactionEvent: 'SignIn' })
    const identifier = { type: 'username', value: username }
    const verified = await answerOf(
      await api('POST', 'experience/verification/password', { identifier, password }),
    )
    if (verified.status !== 200) return verified
    const { verificationId } = Object(verified.body)
    const identified = await answerOf(await api('POST', 'experience/identification', { verificationId }))
    return identified.status < 300 ? undefined : identified
  }

  async function resume(path: string, isConsentAsked = false): Promise<Reached> {
    const answer = await answerOf(await api('POST', path))
    const { redirectTo } = Object(answer.body)
    return typeof redirectTo === 'string'
      ? follow(await send(redirectTo), isConsentAsked)
      : { refused: answer }
  }

  return {
    async signIn(options) {
      const query = queryOf(options)
      const url = `${logto.endpoint}/oidc/auth`
      const first = options.isForm === true ? await send(url, 'POST', query) : await send(`${url}?${query}`)
      let reached = await follow(first)
      if (!('page' in reached)) return reached
      if (!isConsent(reached.page)) {
        const refused = await experience(options)
        if (refused !== undefined) return { refused }
        reached = await resume('experience/submit')
      }
      if ('page' in reached && isConsent(reached.page)) reached = await resume('interaction/consent', true)
      if ('page' in reached) throw new Error(`the sign-in ended at ${reached.page}`)
      return reached
    },
  }
}

/** A person with a session is asked for nothing else. */
const isConsent = (page: string) => new URL(page).pathname === '/consent'

function queryOf({ clientId, scope, resource = [], more }: SignIn): URLSearchParams {
  const fixed = { response_type: 'code', client_id: clientId, redirect_uri: redirectUri, state: 'a-state' }
  const query = new URLSearchParams({ ...fixed, scope, ...more })
  for (const one of resource) query.append('resource', one)
  return query
}
