import type { ChatGptConfig } from '../../config/chatgpt-config.ts'
import type { Config } from '../../config/config.ts'
import { formatIssue } from '../../config/issue.ts'
import { loadConfig } from '../../config/load.ts'
import { isOwnPlace } from './browser-sign-in.ts'
import { limitsOfChatGpt, type Subject } from './visit.ts'

/** A file that has the `chatgpt:` block, and the parts of it that both commands need. */
export type ChatGptFile = Pick<Subject, 'config' | 'chatgpt' | 'api' | 'issuer'>

/** Loads the file as it is before its secrets exist. Undefined after the faults have been printed. */
export function loadChatGptFile(fileName: string): ChatGptFile | undefined {
  const loaded = loadConfig(fileName, process.env, 'visit')
  for (const issue of loaded.issues)
    if (issue.severity === 'error') process.stderr.write(`${formatIssue(issue, loaded)}\n`)
  const file = loaded.config === undefined ? 'correct it first' : chatGptFileOf(loaded.config)
  if (typeof file !== 'string') return file
  process.stderr.write(`${fileName}: ${file}\n`)
  return undefined
}

/** The parts of a configuration; a text says what is missing. */
export function chatGptFileOf(config: Config): ChatGptFile | string {
  const { chatgpt } = config
  const api = config.apis.find(({ name }) => name === chatgpt?.api)
  const issuer = config.issuers.get(chatgpt?.issuer ?? '')
  if (chatgpt === undefined || api === undefined || issuer === undefined)
    return 'it has no chatgpt: write chatgpt: {} or more (docs/chatgpt.md)'
  return { config, chatgpt, api, issuer }
}

export type SubjectFlags = {
  readonly url?: string
  readonly client?: string
  readonly callback?: string
  readonly code?: string
  readonly mcp: boolean
}

/** The file, the flags and the secret of the client, if it has one. A text says what is missing. */
export function subjectOf(
  file: ChatGptFile,
  flags: SubjectFlags,
  secret: string | undefined,
): Subject | string {
  const { config, chatgpt } = file
  const base = flags.url ?? config.publicUrl ?? ''
  const id = flags.client ?? chatgpt.facade?.clients[0] ?? ''
  const redirectUri = flags.callback ?? callbackOf(chatgpt) ?? ''
  const fault = addressFault(base, redirectUri) ?? clientFault(id, flags, config)
  if (fault !== undefined) return fault
  return {
    ...file,
    surface: flags.mcp ? 'mcp' : 'actions',
    base: base.replace(/\/$/, ''),
    client: { id, ...(secret !== undefined && { secret }) },
    redirectUri,
    scope: chatgpt.scopes.join(' '),
    limits: limitsOfChatGpt,
    ...(flags.code !== undefined && { code: codeIn(flags.code) }),
  }
}

function addressFault(base: string, redirectUri: string): string | undefined {
  if (base === '') return 'say with --url where the gateway runs, or set publicUrl'
  if (!/^https?:\/\/[^/?#@]+(?:\/[^?#]*)?$/i.test(base) || !URL.canParse(base))
    return '--url is a URL such as https://api.example.com'
  if (redirectUri === '') return 'name a callback with --callback, or set chatgpt.redirectUris'
  return URL.canParse(redirectUri) ? undefined : '--callback is a URL such as http://127.0.0.1:8765/callback'
}

function clientFault(id: string, { client, mcp, code }: SubjectFlags, config: Config): string | undefined {
  if (id === '') return 'name the application that is ChatGPT with --client, or set chatgpt.clients'
  if (client === undefined && isWithoutId(config, id))
    return `the application ${id} has no id yet: run scopegate logto apply, or name it with --client`
  return mcp && code !== undefined ? '--code is not for --mcp: PKCE binds a code to its sign-in' : undefined
}

/** An application of the file that Logto does not have yet stands here by its name. */
export function isWithoutId({ logto }: Config, clientId: string): boolean {
  return logto?.wanted.applications.some(({ name }) => name === clientId) === true
}

/** The first one where this program can wait. */
function callbackOf({ facade }: ChatGptConfig): string | undefined {
  const { redirectUris } = facade ?? {}
  return redirectUris?.find(isOwnPlace) ?? redirectUris?.[0]
}

/** People paste the whole address, too. */
function codeIn(pasted: string): string {
  const code = URL.canParse(pasted) ? new URL(pasted).searchParams.get('code') : undefined
  return code ?? pasted
}
