import type { IncomingMessage } from 'node:http'
import { messageOf } from '../errors.ts'
import type { CutOff } from '../token/cut-offs.ts'
import { printCutOff, type Withdrawal } from '../token/withdrawal.ts'
import { type AdminDoor, admit } from './admin-token.ts'
import { type AdminResponse, json } from './response.ts'
import { type Issuers, parseRevokeBody } from './revoke-body.ts'

/** The part of the admin listener that ends access, and shows whose was ended. */
export type RevocationDesk = AdminDoor & {
  /** Those in force. */
  readonly issuers: () => Issuers
  /** Resolves to the cut-offs once they are in force and kept; rejects when they cannot be kept. */
  readonly revoke: (withdrawals: readonly Withdrawal[]) => Promise<readonly CutOff[]>
  /** Every cut-off that still counts. */
  readonly list: () => readonly CutOff[]
}

/** A body has one id and one time. */
const bodyBytes = 4 * 1024
/** Of `/revocations`: further ones are counted. */
const mostListed = 1000

const fromPage = json(403, { error: 'web pages may not ask here: send no Origin' })
const closed = json(403, {
  error:
    'the admin listener is reached from other machines, and no admin.token is configured: write one of at ' +
    'least 16 bytes into the configuration, and send it as Authorization: Bearer',
})
const unproven = json(
  401,
  { error: 'send the admin.token of the configuration as Authorization: Bearer' },
  { 'WWW-Authenticate': 'Bearer realm="scopegate admin"' },
)
const noJson = json(400, { error: 'send the body as Content-Type: application/json' })
const tooLarge = json(400, { error: `the body has at most ${bodyBytes} bytes` })

/** `POST /revoke`: resolves to the answer when the cut-off is in force and kept, or cannot be made. */
export async function respondToRevoke(
  request: IncomingMessage,
  desk: RevocationDesk,
): Promise<AdminResponse> {
  const refused = refuse(request, desk)
  if (refused !== undefined) return refused
  if (!isJson(request.headers['content-type'])) return noJson
  const body = await readBody(request)
  if (body === undefined) return tooLarge
  const withdrawal = parseRevokeBody(body, desk.issuers())
  if (typeof withdrawal === 'string') return json(400, { error: withdrawal })
  try {
    return json(200, { cutOffs: (await desk.revoke([withdrawal])).map(printCutOff) })
  } catch (error) {
    return json(503, {
      error:
        `the cut-off is in force, but a restart would forget it, since it cannot be kept (${messageOf(error)}): ` +
        'see to revocation.file, then send it again',
    })
  }
}

/** `GET /revocations`: the latest ones, and how many there are. */
export function listRevocations(request: IncomingMessage, desk: RevocationDesk): AdminResponse {
  const refused = refuse(request, desk)
  if (refused !== undefined) return refused
  const all = [...desk.list()].sort((a, b) => b.instantS - a.instantS)
  return json(200, { total: all.length, cutOffs: all.slice(0, mostListed).map(printCutOff) })
}

function refuse({ headers }: IncomingMessage, desk: RevocationDesk): AdminResponse | undefined {
  // A browser names the page that asks, and no program of an operator is a page.
  if (headers.origin !== undefined) return fromPage
  switch (admit(headers.authorization, desk)) {
    case 'admitted':
      return undefined
    case 'closed':
      return closed
    case 'unproven':
      return unproven
  }
}

function isJson(type = ''): boolean {
  return /^application\/json *(?:; *charset="?utf-8"? *)?$/i.test(type)
}

/** Undefined when it is too large, or the client leaves. The rest of it stays unread. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const take = (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= bodyBytes) return
      request.off('data', take).pause()
      resolve(undefined)
    }
    request.on('data', take)
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('close', () => resolve(undefined))
    request.on('error', () => {})
  })
}
