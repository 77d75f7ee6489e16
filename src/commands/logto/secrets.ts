import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { applicationKey } from '../../logto/change.ts'
import { ManagementFault } from '../../logto/management-fault.ts'
import { idsOf } from '../../logto/plan.ts'
import type { Tenant } from '../../logto/tenant.ts'
import type { Session } from './session.ts'

const secretList = v.array(v.object({ value: v.string(), expiresAt: v.nullish(v.number()) }))
const hookList = v.array(v.object({ config: v.looseObject({ url: v.string() }), signingKey: v.string() }))

/**
 * Writes the secret of every application that has one, and the signing key of the webhook, each into a file
 * that only its owner may read. Resolves to the names of the files.
 */
export async function writeSecrets(session: Session, tenant: Tenant, folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { management, logto } = session
  const ids = idsOf(tenant, logto)
  const files: string[] = []
  for (const { name, type } of logto.wanted.applications) {
    const id = ids.get(applicationKey(name))
    if (id === undefined || (type !== 'Traditional' && type !== 'MachineToMachine')) continue
    const call = `applications/${id}/secrets`
    const secrets = decode(secretList, await management.read(call), call)
    const now = Date.now()
    const valid = secrets.find(
      ({ expiresAt }) => expiresAt === null || expiresAt === undefined || expiresAt > now,
    )
    if (valid === undefined)
      throw new ManagementFault(`application ${name} has no secret that is valid: make one in the console`)
    files.push(writeSecret(join(folder, `${fileNameOf(name)}.secret`), valid.value))
  }
  const { webhook } = logto.wanted
  if (webhook !== undefined) {
    const hooks = decode(hookList, await management.read('hooks'), 'hooks')
    const hook = hooks.find(({ config }) => config.url === webhook.url)
    if (hook !== undefined) files.push(writeSecret(join(folder, 'webhook.key'), hook.signingKey))
  }
  return files
}

/** A file that was there may be open to others: it is replaced, not written into. */
function writeSecret(file: string, secret: string): string {
  const unfinished = `${file}.${process.pid}`
  rmSync(unfinished, { force: true })
  writeFileSync(unfinished, secret, { mode: 0o600, flag: 'wx' })
  renameSync(unfinished, file)
  return file
}

function fileNameOf(name: string): string {
  return name.replace(/[^\w.-]+/g, '-').replace(/^\.+/, '')
}

function decode<T extends v.GenericSchema>(schema: T, value: unknown, call: string): v.InferOutput<T> {
  const parsed = v.safeParse(schema, value)
  if (!parsed.success) throw ManagementFault.ofShape(`GET /api/${call}`, 'is not what Logto answers')
  return parsed.output
}
