import type { IncomingMessage } from 'node:http'

/** The header `Link` of a page. Its URLs lack `/api`, as Logto's do: who follows one gets a page of HTML. */
export function linkOf({ url = '/', headers: { host = '' } }: IncomingMessage, total: number): string {
  const { pathname, searchParams } = new URL(url, 'http://logto')
  const size = Number(searchParams.get('page_size') ?? 20)
  const page = Number(searchParams.get('page') ?? 1)
  const last = Math.max(1, Math.ceil(total / size))
  const to = (number: number, rel: string) => {
    const query = new URLSearchParams(searchParams)
    query.set('page', String(number))
    return `<http://${host}${pathname.slice('/api'.length)}?${query}>; rel="${rel}"`
  }
  const links = [to(1, 'first'), ...(page < last ? [to(page + 1, 'next')] : []), to(last, 'last')]
  return links.join(', ')
}
