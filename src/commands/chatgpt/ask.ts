import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createUnzip } from 'node:zlib'
import { reasonOf } from '../../issuer/fetch-reason.ts'
import { openRequest } from '../../issuer/open-request.ts'
import type { IssuerConnection } from '../../issuer/options.ts'
import { printableUrl } from '../../issuer/printable-url.ts'
import { CheckFault } from './check-fault.ts'
import type { Exchange, Sent } from './exchange.ts'

export type AskOptions = {
  /** Longest time for the whole answer, in milliseconds. */
  readonly timeoutMs: number
  readonly connection: IssuerConnection
  /** Advice for whoever finds nobody there. */
  readonly mend: string
  /** Other advice, for this reason. */
  readonly mends?: (reason: string) => string | undefined
}

/** More of an answer is not read: nobody who answers can fill the memory. */
const limitBytes = 4 * 1024 * 1024

/** Asks once. Throws a `CheckFault` where no answer comes. */
export async function ask(sent: Sent, { timeoutMs, connection, mend, mends }: AskOptions): Promise<Exchange> {
  const startMs = performance.now()
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const response = await send(sent, connection, signal)
    const { statusCode: status = 0, headers } = response
    const text = await readText(response)
    return { sent, status, headers, text, tookMs: performance.now() - startMs }
  } catch (error) {
    const place = printableUrl(sent.url)
    if (signal.aborted) throw new CheckFault(`no whole answer of ${place} within ${timeoutMs / 1000} s`, mend)
    const reason = reasonOf(error)
    throw new CheckFault(`${place} cannot be reached: ${reason}`, mends?.(reason) ?? mend)
  }
}

async function send(
  { method, url, headers, form }: Sent,
  connection: IssuerConnection,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const body = form && new URLSearchParams(form).toString()
  const type = form && { 'Content-Type': 'application/x-www-form-urlencoded' }
  const more = body === undefined ? {} : { body }
  const opened = await openRequest(
    new URL(url),
    connection,
    { method, headers: { ...type, ...headers }, ...more },
    signal,
  )
  return new Promise((resolve, reject) => {
    opened.on('response', (response) => {
      // A response that is cut off rejects its reader, and concerns nobody else.
      response.on('error', () => {})
      resolve(response)
    })
    opened.on('error', reject).end(body)
  })
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of decoded(response)) {
    chunks.push(chunk)
    size += chunk.length
    if (size > limitBytes) break
  }
  response.destroy()
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, limitBytes))
}

/** Nobody was asked for a content coding, and some servers use one all the same. */
function decoded(response: IncomingMessage): Readable {
  const coding = response.headers['content-encoding']?.toLowerCase()
  const decoder =
    coding === 'br'
      ? createBrotliDecompress()
      : coding === 'gzip' || coding === 'deflate'
        ? createUnzip()
        : undefined
  if (decoder === undefined) return response
  response.on('error', (error) => decoder.destroy(error))
  return response.pipe(decoder)
}
