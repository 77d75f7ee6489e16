import { percentEncoded } from '../../http/percent-encoded.ts'

/** The words to somebody whose browser cannot be sent on. */
export type RefusalPage = {
  readonly title: string
  readonly detail: string
  readonly redirectUri?: string | undefined
  /** The page says where the redirect URI would have to be added. */
  readonly isUnlisted?: boolean
}

/** Nothing in the page is run, loaded, framed or sent. */
export const pageHeaders: readonly string[] = [
  'Content-Type',
  'text/html; charset=utf-8',
  'Content-Security-Policy',
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options',
  'nosniff',
  'Referrer-Policy',
  'no-referrer',
  'Cache-Control',
  'no-store',
]

/** A page of HTML in ASCII, without script, style and links. */
export function refusalPage({ title, detail, redirectUri, isUnlisted = false }: RefusalPage): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(title)}</title>`,
    `<h1>${escaped(title)}</h1>`,
    `<p>${escaped(detail)}.</p>`,
    ...(redirectUri === undefined ? [] : received(redirectUri)),
    ...(redirectUri !== undefined && isUnlisted ? mend(redirectUri) : []),
    '',
  ].join('\n')
}

function received(redirectUri: string): string[] {
  return ['<p>The request came with this redirect_uri:</p>', code(redirectUri)]
}

const callback = /^https:\/\/(?:chat\.openai\.com|chatgpt\.com)\/aip\/g-[A-Za-z0-9]+\/oauth\/callback$/

/** A hostile link leads here too: the page must not talk its reader into adding the URI. */
function mend(redirectUri: string): string[] {
  const caution = callback.test(redirectUri)
    ? 'If the GPT editor shows this callback URL for a GPT of yours'
    : 'It does not look like a callback URL of a GPT. Whoever owns it would get the codes of your users. ' +
      'If you are sure that it is yours'
  return [
    `<p>${caution}, add this line to chatgpt.redirectUris in the configuration of the gateway:</p>`,
    code(`- "${redirectUri}"`),
    '<p>Add the same URI to the redirect URIs of the application in Logto, and try again.</p>',
  ]
}

/** More of a text is not shown. */
const longest = 500

function code(text: string): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}...` : text
  return `<p><code>${escaped(shown)}</code></p>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Characters outside ASCII are shown as in a URL: they could look like others, or turn a line round. */
function escaped(text: string): string {
  return percentEncoded(text).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
