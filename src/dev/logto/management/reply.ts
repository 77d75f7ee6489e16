/** An answer of the Management API. */
export type Reply = {
  readonly status: number
  readonly body?: unknown
  /** The length of the whole list, for a page of it. */
  readonly total?: number
  /** Events of webhooks beside the one that the table of routes has. */
  readonly events?: readonly ReplyEvent[]
}

/** `members` come after those that tell of the call. */
export type ReplyEvent = { readonly event: string; readonly members: Readonly<Record<string, unknown>> }

/** A refusal in Logto's form. */
export class Refusal extends Error {
  readonly reply: Reply

  constructor(status: number, code: string, message: string, data?: unknown) {
    super(message)
    this.reply = { status, body: { code, message, ...(data !== undefined && { data }) } }
  }
}

export const notFound = () => new Refusal(404, 'entity.not_exists_with_id', 'The resource does not exist.')
export const notThere = () => new Refusal(404, 'entity.not_found', 'The resource does not exist.')
export const badInput = (message: string) => new Refusal(400, 'guard.invalid_input', message)
export const emptyChange = () =>
  new Refusal(422, 'entity.invalid_input', 'Invalid input. Value list must not be empty.')

const defaultPageSize = 20
const longestPage = 100

/** One page of a list; all of it where the list may be had whole and no page is named. */
export function pageOf(items: readonly unknown[], query: URLSearchParams, isOptional = false): Reply {
  if (isOptional && !query.has('page') && !query.has('page_size')) return { status: 200, body: items }
  const page = Number(query.get('page') ?? 1)
  const size = Number(query.get('page_size') ?? defaultPageSize)
  const isRight = Number.isInteger(page) && page >= 1 && size >= 1 && size <= longestPage
  if (!isRight) throw new Refusal(400, 'guard.invalid_pagination', 'The request pagination value is invalid.')
  return { status: 200, body: items.slice((page - 1) * size, page * size), total: items.length }
}
