/** One response as a client reads it that goes by RFC 9112 section 6.3 alone. */
export type ReceivedResponse = {
  readonly status: number
  readonly head: string
  readonly body: string
  /** Its end is there, and is not that of the connection. */
  readonly complete: boolean
}

/** Cuts what a client received into responses. `methods` are those of its requests in order, else all GET. */
export function responsesIn(bytes: string, methods: readonly string[] = []): ReceivedResponse[] {
  const responses: ReceivedResponse[] = []
  let finals = 0
  for (let at = 0; at < bytes.length; ) {
    const headEnd = bytes.indexOf('\r\n\r\n', at)
    if (headEnd === -1) return [...responses, { status: 0, head: bytes.slice(at), body: '', complete: false }]
    const head = bytes.slice(at, headEnd)
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)
    const start = headEnd + 4
    const end = endOfBody(bytes, start, head, status, methods[finals] ?? 'GET')
    if (status >= 200) finals += 1
    const complete = end !== undefined && end <= bytes.length
    at = complete ? end : bytes.length
    responses.push({ status, head, body: bytes.slice(start, at), complete })
  }
  return responses
}

/** The value of a field, undefined when it is not there. */
export function fieldOf({ head }: ReceivedResponse, name: string): string | undefined {
  return new RegExp(`^${name}: *(.*?) *$`, 'im').exec(head.replaceAll('\r', ''))?.[1]
}

/** Undefined: as far as the connection goes, or the end has not come. */
function endOfBody(
  bytes: string,
  start: number,
  head: string,
  status: number,
  method: string,
): number | undefined {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return start
  if (/^transfer-encoding: *chunked/im.test(head)) {
    const last = /(?:^|\r\n)0\r\n\r\n/.exec(bytes.slice(start))
    return last === null ? undefined : start + last.index + last[0].length
  }
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  return length === undefined ? undefined : start + Number(length)
}
