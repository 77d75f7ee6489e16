import { manifestPath } from '../../config/own-paths.ts'
import {
  applicationOf,
  documentPath,
  facadeEndpoints,
  hasCallbackOfChatGpt,
  missingTwins,
  serverEndpoints,
} from './published-urls.ts'
import { metadataUrlOf } from './resource-checks.ts'
import { type ChatGptFile, isWithoutId } from './subject.ts'
import type { Subject } from './visit.ts'

/** The words of `scopegate chatgpt setup`. */
export function setupLines(file: ChatGptFile, surface: Subject['surface']): string[] {
  return surface === 'mcp' ? mcpLines(file) : [...editorLines(file), '', ...registrationLines(file)]
}

type Row = readonly [field: string, value: string]

function table(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([field]) => field.length))
  return rows.map(([field, value]) => `  ${field.padEnd(width)}  ${value}`)
}

/** A value that the file does not have. */
const open = (what: string) => `(${what})`

function editorLines(file: ChatGptFile): string[] {
  const { chatgpt } = file
  const { authorization, token } = endpointsOf(file)
  const rows: readonly Row[] = [
    ['Authentication Type', 'OAuth'],
    ['Client ID', clientId(file)],
    ['Client Secret', secretPlace(file)],
    ['Authorization URL', authorization],
    ['Token URL', token],
    ['Scope', chatgpt.scopes.join(' ')],
    ['Token Exchange Method', 'Default (POST request)'],
    ...documentRows(file),
    ['Privacy Policy', chatgpt.manifest?.legalInfoUrl ?? open('a page of yours; public GPTs need one')],
  ]
  return ['In the GPT editor, under Actions:', '', ...table(rows), ...manifestLines(file), ...warnings(file)]
}

function endpointsOf({ config, chatgpt, issuer }: ChatGptFile) {
  const { publicUrl } = config
  if (chatgpt.facade !== undefined && publicUrl === undefined)
    return { authorization: open('set publicUrl first'), token: open('set publicUrl first') }
  const known = chatgpt.facade === undefined ? serverEndpoints(issuer) : facadeEndpoints(publicUrl ?? '')
  const { authorization = open('of the authorization server'), token = open('of the authorization server') } =
    known
  return { authorization, token }
}

function clientId({ config, chatgpt }: ChatGptFile): string {
  const [id] = chatgpt.facade?.clients ?? []
  if (id === undefined) return open('the App ID of the application, from the console of Logto')
  return isWithoutId(config, id) ? open(`the id of ${id}: run scopegate logto apply`) : id
}

function secretPlace(file: ChatGptFile): string {
  const [id = ''] = file.chatgpt.facade?.clients ?? []
  const name = applicationOf(file.config, id)?.name
  const where = `console of Logto, Applications → ${name ?? 'the application'}`
  return open(name === undefined ? where : `${where}, or scopegate logto apply --secrets-dir`)
}

function documentRows({ config, chatgpt }: ChatGptFile): Row[] {
  if (chatgpt.openapi === undefined) return [['Schema', open('set chatgpt.openapi to have it published')]]
  return [['Schema', `Import from URL: ${config.publicUrl ?? ''}${documentPath}`]]
}

function manifestLines({ config, chatgpt }: ChatGptFile): string[] {
  if (chatgpt.manifest === undefined) return []
  return ['', `The plugin manifest stands at ${config.publicUrl ?? ''}${manifestPath}.`]
}

function warnings({ config, chatgpt, issuer }: ChatGptFile): string[] {
  const lines: string[] = []
  if (config.publicUrl === undefined) lines.push('Set publicUrl: ChatGPT must know where the gateway is.')
  else if (!config.publicUrl.startsWith('https:')) lines.push('ChatGPT calls https alone: put TLS in front.')
  if (chatgpt.facade === undefined)
    lines.push(
      `Without the facade the editor needs ${issuer.isLogto ? 'Logto' : 'the authorization server'} below the root`,
      'domain of the API, the API must be the Default API, and openid may not be in the scope. With chatgpt.clients',
      'and chatgpt.redirectUris none of that is needed.',
    )
  return lines.length === 0 ? [] : ['', ...lines]
}

function registrationLines(file: ChatGptFile): string[] {
  const { config, chatgpt, issuer } = file
  const [id = ''] = chatgpt.facade?.clients ?? []
  const application = applicationOf(config, id)
  const server = issuer.isLogto ? 'Logto' : 'the authorization server'
  const uris = callbacksOf(file)
  if (application !== undefined)
    return [
      `At Logto: scopegate logto apply makes the application ${application.name} as the file has it.`,
      ...absentFrom(application, uris),
      ...callbackAdvice(file),
    ]
  return [
    `At ${server}, an application of the type Traditional web with these redirect URIs` +
      `${issuer.isLogto ? ' (third-party, if users are to be asked):' : ':'}`,
    '',
    ...uris.map((uri) => `  ${uri}`),
    ...callbackAdvice(file),
    ...(config.logto === undefined
      ? []
      : ['', 'Name it under logto.applications, and scopegate logto apply makes it.']),
  ]
}

const placeholders = [
  'https://chat.openai.com/aip/g-ID/oauth/callback',
  'https://chatgpt.com/aip/g-ID/oauth/callback',
]

function callbacksOf({ chatgpt }: ChatGptFile): readonly string[] {
  const uris = chatgpt.facade?.redirectUris ?? []
  const all = [...uris, ...missingTwins(uris)]
  return hasCallbackOfChatGpt(uris) ? all : [...all, ...placeholders]
}

function absentFrom(
  { name, redirectUris }: NonNullable<ReturnType<typeof applicationOf>>,
  uris: readonly string[],
) {
  const absent = uris.filter((uri) => !redirectUris.includes(uri))
  if (absent.length === 0) return []
  return [`Add to logto.applications.${name}.redirectUris:`, '', ...absent.map((uri) => `  ${uri}`)]
}

function callbackAdvice({ chatgpt }: ChatGptFile): string[] {
  const uris = chatgpt.facade?.redirectUris ?? []
  const twins = missingTwins(uris)
  const lines = hasCallbackOfChatGpt(uris)
    ? twins.map((uri) => `Add ${uri} to chatgpt.redirectUris, too: the editor may use both names.`)
    : [
        'The editor shows the ID when the action is saved: register both, and put them into chatgpt.redirectUris.',
      ]
  const trial = 'For scopegate chatgpt doctor register http://127.0.0.1:8765/callback in both places, too.'
  return ['', ...lines, ...(uris.some((uri) => uri.startsWith('http://')) ? [] : [trial])]
}

function mcpLines(file: ChatGptFile): string[] {
  const { config, chatgpt, issuer } = file
  const { resource } = chatgpt
  const rows: readonly Row[] = [
    ['MCP Server URL', resource],
    ['Authentication', 'OAuth'],
    ['Client ID', clientId(file)],
    ['Client Secret', secretPlace(file)],
  ]
  const server = issuer.isLogto ? 'Logto' : 'the authorization server'
  return [
    'In ChatGPT, where an app or connector is made:',
    '',
    ...table(rows),
    '',
    'ChatGPT finds the rest by itself:',
    '',
    ...table([
      [
        'Metadata',
        metadataUrlOf(resource, config.publicUrl) ??
          open('none: publicUrl and resource must have one origin'),
      ],
      ['Authorization server', issuer.issuer],
    ]),
    '',
    `At ${server}, the API resource ${resource}, to the last slash, and an application with the redirect URIs that`,
    'ChatGPT shows, such as https://chatgpt.com/connector_platform_oauth_redirect.',
    ...(issuer.isLogto
      ? [
          'Logto has no dynamic registration: name the application, or switch on client id metadata documents',
          '(PATCH /api/configs/cimd).',
        ]
      : []),
  ]
}
