import { CheckFault } from './check-fault.ts'
import { type Check, check, type Passed } from './checklist.ts'
import {
  applicationOf,
  hasCallbackOfChatGpt,
  isOnLoopback,
  missingTwins,
  publicUrlOf,
} from './published-urls.ts'
import { rootDomainOf } from './root-domain.ts'

export const reachedByHttps: Check = check('ChatGPT reaches the API by https', [], ({ subject }) => {
  const url = publicUrlOf(subject)
  const { protocol, port } = new URL(url)
  if (protocol === 'https:')
    return port === ''
      ? { note: url }
      : { outcome: 'hint', note: `${url}: ChatGPT is documented to call port 443 alone` }
  if (isOnLoopback(url))
    return { outcome: 'hint', note: `${url} is on this machine: right for a trial, out of reach for ChatGPT` }
  throw new CheckFault(
    `publicUrl is ${url}: ChatGPT calls nothing but https`,
    'put TLS in front of the gateway, with a public certificate, and write publicUrl: https://…',
  )
})

/** The editor refuses anything else, by itself and before any request. */
export const oneRootDomain: Check = check(
  'Authorization URL, token URL and API share a root domain',
  ['endpoints'],
  ({ subject }, { endpoints }) => {
    const hostOf = (url: string) => new URL(url).hostname
    const api = rootDomainOf(hostOf(publicUrlOf(subject)))
    if (subject.chatgpt.facade !== undefined) return { note: `${api}, by the facade of the gateway` }
    const foreign = [endpoints.authorization, endpoints.token].find(
      (url) => rootDomainOf(hostOf(url)) !== api,
    )
    if (foreign === undefined) return { note: api }
    throw new CheckFault(
      `${hostOf(foreign)} shares no root domain with ${hostOf(publicUrlOf(subject))}, and the GPT editor says: ` +
        'Auth URL, Token URL and API hostname must share a root domain',
      'switch the facade on by chatgpt.clients and chatgpt.redirectUris, or give Logto a custom domain ' +
        `below ${api}`,
    )
  },
)

export const callbacksConfigured: Check = check(
  'The callbacks stand in chatgpt.redirectUris',
  [],
  ({ subject: { chatgpt, redirectUri, config, client } }) => {
    const { facade } = chatgpt
    if (facade === undefined)
      return { outcome: 'skipped', note: 'there is no facade: Logto alone knows them' }
    const { redirectUris } = facade
    if (!redirectUris.includes(redirectUri))
      throw new CheckFault(
        `${redirectUri} is not one of them`,
        `add it to chatgpt.redirectUris and to the redirect URIs at Logto, or name one of them with --callback`,
      )
    const [twin] = missingTwins(redirectUris)
    if (twin !== undefined)
      throw new CheckFault(
        `${twin} is missing: the GPT editor may use both names of ChatGPT`,
        'add it to chatgpt.redirectUris, and to the redirect URIs of the application at Logto',
      )
    const application = applicationOf(config, client.id)
    const absent = application && redirectUris.find((uri) => !application.redirectUris.includes(uri))
    if (absent !== undefined)
      throw new CheckFault(
        `${absent} is not in logto.applications.${application?.name}.redirectUris`,
        'add it there, then run scopegate logto apply',
      )
    return noteAbout(redirectUris)
  },
)

function noteAbout(redirectUris: readonly string[]): Passed {
  return hasCallbackOfChatGpt(redirectUris)
    ? { note: `${redirectUris.length} of them` }
    : {
        outcome: 'hint',
        note: 'none of them belongs to ChatGPT yet: when the GPT is there, copy both callback URLs from its editor',
      }
}

/** Seconds of `Date`, where it is told. */
function secondsAhead(date: string | undefined, nowMs: number): number | undefined {
  const ms = Date.parse(date ?? '')
  return Number.isNaN(ms) ? undefined : (ms - nowMs) / 1000
}

export const clocksAgree: Check = check(
  'The clocks of the gateway and of the authorization server agree',
  ['refusal', 'server'],
  ({ subject }, { refusal, server }) =>
    compareClocks(subject.config.tokens.clockToleranceMs / 1000, [
      refusal.headers.date,
      server.exchange.headers.date,
    ]),
)

/** Both were asked within a second or so, which is less than any tolerance is about. */
function compareClocks(tolerance: number, dates: readonly (string | undefined)[]): Passed {
  const [gateway, server] = dates.map((date) => secondsAhead(date, 0))
  if (gateway === undefined || server === undefined)
    return { outcome: 'skipped', note: 'one of them does not tell its time' }
  const ahead = Math.round(gateway - server)
  if (Math.abs(ahead) <= tolerance + 2) return { note: 'within tokens.clockTolerance' }
  throw new CheckFault(
    `the clock of the gateway is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} the other one, more ` +
      'than tokens.clockTolerance',
    'set both clocks by the network: a token would count as expired, or as made in the future',
  )
}
