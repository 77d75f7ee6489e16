import { isJsonObject } from '../issuer/json-object.ts'
import { createAdminClient, type Environment } from './admin-client.ts'

/**
 * `scopegate health`: asks the gateway that runs with this file whether it lives, at its admin listener.
 * Resolves to the exit status: 0 when it does, otherwise 1. Not being ready is said and is no failure, since
 * a gateway that waits for its issuer must not be started again.
 */
export async function health(fileName: string, env: Environment = process.env): Promise<number> {
  const admin = createAdminClient(fileName, env)
  const live = await admin.get('/livez')
  if (live?.status !== 200) {
    const problem = live === undefined ? 'nothing answers' : `/livez answers ${live.status}`
    process.stderr.write(`not alive: ${problem} at ${admin.origin} (admin.listen of ${fileName})\n`)
    return 1
  }
  const ready = await admin.get('/readyz')
  const missing = ready?.status === 200 ? [] : (missingOf(ready?.body) ?? ['/readyz does not answer'])
  process.stdout.write(
    missing.length === 0 ? 'alive and ready\n' : `alive, not ready: ${missing.join('; ')}\n`,
  )
  return 0
}

function missingOf(body: unknown): readonly string[] | undefined {
  if (!isJsonObject(body)) return undefined
  const { missing } = body
  return Array.isArray(missing) ? missing.map(String) : undefined
}
