import * as v from 'valibot'
import type { CutOffKind } from '../token/cut-offs.ts'
import { type AdminReply, createAdminClient, type Environment } from './admin-client.ts'

/** As `POST /revoke` takes it: exactly one of the first four. */
export type RevokeFlags = {
  readonly sub?: string
  readonly client?: string
  readonly organization?: string
  readonly all?: true
  readonly before?: string
  readonly issuer?: string
}

/**
 * `scopegate revoke`: has the gateway that runs with this file cut tokens off, by its admin listener.
 * Resolves to the exit status: 0 when the cut-off is in force and kept, otherwise 1.
 */
export async function revoke(
  fileName: string,
  flags: RevokeFlags,
  env: Environment = process.env,
): Promise<number> {
  const admin = createAdminClient(fileName, env)
  const reply = await admin.post('/revoke', flags)
  const made = reply?.status === 200 ? v.safeParse(madeCutOffs, reply.body) : undefined
  if (made?.success) {
    process.stdout.write(made.output.cutOffs.map(lineOf).join(''))
    return 0
  }
  process.stderr.write(`not revoked: ${problemOf(reply, admin.origin, fileName)}\n`)
  return 1
}

const cutOff = v.object({
  issuer: v.string(),
  before: v.string(),
  sub: v.optional(v.string()),
  client: v.optional(v.string()),
  organization: v.optional(v.string()),
  all: v.optional(v.literal(true)),
})
const madeCutOffs = v.object({ cutOffs: v.array(cutOff) })
const refusal = v.object({ error: v.string() })

function lineOf({ issuer, before, ...who }: v.InferOutput<typeof cutOff>): string {
  return `cut off: tokens of ${whoIsMeant(who)} that ${printed(issuer)} issued until ${printed(before)}\n`
}

function whoIsMeant(who: Pick<v.InferOutput<typeof cutOff>, CutOffKind>): string {
  if (who.all) return 'everybody'
  if (who.sub !== undefined) return `the user ${quoted(who.sub)}`
  if (who.client !== undefined) return `the client ${quoted(who.client)}`
  return `the organization ${quoted(who.organization)}`
}

function problemOf(reply: AdminReply | undefined, origin: string, fileName: string): string {
  const at = `${origin} (admin.listen of ${fileName})`
  if (reply === undefined) return `nothing answers at ${at}: does the gateway run with this file?`
  if (reply.status === 401)
    return `the gateway at ${at} asks for its admin.token, which this file does not have`
  const refused = v.safeParse(refusal, reply.body)
  if (refused.success) return `${printed(refused.output.error)} (${reply.status} of ${at})`
  return `another program than this version of Scopegate answers ${reply.status} at ${at}`
}

/** An id may hold anything, and goes to a terminal: only what ASCII shows is printed as it is. */
function quoted(id: unknown): string {
  return printed(JSON.stringify(id))
}

function printed(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
