import type { IncomingMessage } from 'node:http'

/** The limit of Logto's token endpoint. */
export const limitBytes = 56 * 1024

/** The whole request body. Fails with `RangeError` when it is too large, and leaves the rest unread. */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    size += chunk.length
    if (size > limitBytes) throw new RangeError('request entity too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * Reads a form or JSON, which Logto takes where OAuth asks for a form. The provider uses `req.body` when
 * something before it has read the body, so JSON is put there and declared to be a form. JSON that cannot be
 * read becomes an empty form, which the provider refuses. False when the body is too large.
 */
export async function takeBody(req: IncomingMessage & { body?: unknown }): Promise<boolean> {
  const [type = ''] = (req.headers['content-type'] ?? '').toLowerCase().split(';')
  const isJson = type === 'application/json'
  if (req.method !== 'POST' || !(isJson || type === formType)) return true
  try {
    const text = (await readBody(req)).toString()
    req.body = isJson ? parseObject(text) : text
    req.headers['content-type'] = formType
    return true
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    req.resume()
    return false
  }
}

const formType = 'application/x-www-form-urlencoded'

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
