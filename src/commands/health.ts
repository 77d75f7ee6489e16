import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import type { ListenAddress } from '../config/config.ts'
import { createFileReader } from '../config/file-reader.ts'
import { address } from '../config/schema/values.ts'
import { readYamlTree } from '../config/yaml/tree.ts'

/** The default of `admin.listen`. */
const defaultAddress: ListenAddress = { host: '127.0.0.1', port: 9090 }
/** Of silence, for each of the two questions. */
const answerWithinMs = 2_000

/**
 * `scopegate health`: asks the gateway that runs with this file whether it lives, at its admin listener.
 * Resolves to the exit status: 0 when it does, otherwise 1. Not being ready is said and is no failure, since
 * a gateway that waits for its issuer must not be started again.
 */
export async function health(
  fileName: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<number> {
  const listen = adminAddress(fileName, env)
  const origin = `http://${clientHost(listen.host)}:${listen.port}`
  const live = await ask(`${origin}/livez`)
  if (live?.status !== 200) {
    const problem = live === undefined ? 'nothing answers' : `/livez answers ${live.status}`
    process.stderr.write(`not alive: ${problem} at ${origin} (admin.listen of ${fileName})\n`)
    return 1
  }
  const ready = await ask(`${origin}/readyz`)
  const missing = ready?.status === 200 ? [] : (ready?.missing ?? ['/readyz does not answer'])
  process.stdout.write(
    missing.length === 0 ? 'alive and ready\n' : `alive, not ready: ${missing.join('; ')}\n`,
  )
  return 0
}

/**
 * Only this one key of the file is looked at. The file may hold a mistake by now, while the gateway goes on
 * with what it has loaded.
 */
function adminAddress(fileName: string, env: Readonly<Record<string, string | undefined>>): ListenAddress {
  try {
    const text = readFileSync(fileName, 'utf8')
    const { value } = readYamlTree(text, { env, files: createFileReader(dirname(resolve(fileName))) })
    const found = v.safeParse(v.object({ admin: v.object({ listen: address }) }), value)
    return found.success ? found.output.admin.listen : defaultAddress
  } catch {
    process.stderr.write(`${fileName} cannot be read: asking the default of admin.listen\n`)
    return defaultAddress
  }
}

/** A listener on all addresses is asked on loopback. */
function clientHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

type AdminReply = { readonly status: number; readonly missing?: readonly string[] }

/**
 * Resolves to undefined when there is no answer. An agent of its own, since the global one may use a proxy.
 */
function ask(url: string): Promise<AdminReply | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent: new Agent(), timeout: answerWithinMs }, async (response) => {
      const text = await response
        .setEncoding('utf8')
        .toArray()
        .catch(() => [])
      resolve({ ...parse(text.join('')), status: response.statusCode ?? 0 })
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(undefined))
  })
}

/** Another program may answer at this address. */
function parse(text: string): Pick<AdminReply, 'missing'> {
  try {
    const { missing } = Object(JSON.parse(text))
    return Array.isArray(missing) ? { missing: missing.map(String) } : {}
  } catch {
    return {}
  }
}
