import type { Exchange, Sent } from './exchange.ts'

/** A request and its answer in a few lines for people, secrets included: whoever prints it masks it first. */
export function exchangeText({ sent, ...seen }: Exchange): { sent: string; seen: string } {
  return { sent: sentText(sent), seen: seenText(seen) }
}

function sentText({ method, url, headers = {}, form }: Sent): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const body = form === undefined ? [] : [new URLSearchParams(form).toString()]
  return [`${method} ${url}`, ...fields, ...body].join('\n')
}

const shownHeaders = ['location', 'www-authenticate', 'retry-after'] as const

function seenText({ status, headers, text }: Omit<Exchange, 'sent'>): string {
  const type = headers['content-type'] ?? 'no content type'
  const fields = shownHeaders.flatMap((name) =>
    headers[name] === undefined ? [] : [`${name}: ${cut(headers[name])}`],
  )
  const body = type.includes('html') ? textOfHtml(text) : text
  return [`${status} ${cut(type)}`, ...fields, cut(body.trim())].filter((line) => line !== '').join('\n')
}

/** More of a text tells nobody more. */
const longest = 600

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}

/** The words of a page, without tags and styles. The pages in question are short. */
export function textOfHtml(page: string): string {
  return page
    .slice(0, 65_536)
    .replace(/<(style|script|title)\b[^>]{0,1000}>[^<]{0,20000}<\/\1>/gi, ' ')
    .replace(/<[^<>]{0,1000}(?:>|$)/g, ' ')
    .replace(/&(lt|gt|amp|quot|#39);/g, (whole, name) => entities[name] ?? whole)
    .replace(/\s+/g, ' ')
    .trim()
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" }
