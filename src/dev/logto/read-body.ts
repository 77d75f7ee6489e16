import type { IncomingMessage } from 'node:http'

/** The whole request body. Fails with `RangeError` over 56 kB, the limit of Logto's token endpoint. */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req) {
    size += chunk.length
    if (size > limitBytes) throw new RangeError('request entity too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const limitBytes = 56 * 1024

/**
 * Logto takes JSON where OAuth asks for a form. The provider uses `req.body` when something before it has
 * read the body, so a JSON body is put there and declared to be a form. One that cannot be read becomes an
 * empty form, which the provider refuses.
 */
export async function acceptJson(req: IncomingMessage & { body?: unknown }): Promise<void> {
  if (req.method !== 'POST' || !/^application\/json\b/i.test(req.headers['content-type'] ?? '')) return
  req.body = parseObject((await readBody(req)).toString())
  req.headers['content-type'] = 'application/x-www-form-urlencoded'
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
