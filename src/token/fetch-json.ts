import { request } from 'undici'

const timeoutMs = 5000
const limitBytes = 1024 * 1024
const redirectLimit = 3

/**
 * GET of a JSON document from the issuer, whose answers are not trusted: 5 s in all, 1 MiB, no redirect to another origin, no
 * content coding. Throws an Error with a message for the operator.
 */
export async function fetchJson(url: string): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs)
  let location = url
  for (let hop = 0; hop <= redirectLimit; hop++) {
    const { statusCode, headers, body } = await request(location, {
      signal,
      headers: { accept: 'application/json, application/jwk-set+json', 'accept-encoding': 'identity' },
    })
    if (statusCode >= 300 && statusCode < 400) {
      await body.dump({ limit: 1024 }).catch(() => {})
      location = sameOrigin(location, String(headers['location'] ?? ''))
      continue
    }
    if (statusCode !== 200) {
      body.destroy()
      throw new Error(`${location} answered ${statusCode}`)
    }
    if (headers['content-encoding'] !== undefined) throw new Error(`${location} sent a compressed answer`)
    return JSON.parse(await limitedText(body, location))
  }
  throw new Error(`${url} redirects in circles`)
}

function sameOrigin(from: string, to: string): string {
  const target = URL.canParse(to, from) ? new URL(to, from) : undefined
  if (target === undefined || target.origin !== new URL(from).origin) {
    throw new Error(`${from} redirects to another origin, which is not followed`)
  }
  return target.href
}

async function limitedText(
  body: AsyncIterable<Uint8Array> & { destroy(): void },
  url: string,
): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > limitBytes) {
      body.destroy()
      throw new Error(`${url} sent more than 1 MiB`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
