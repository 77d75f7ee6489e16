import { readFileSync } from 'node:fs'
import { Agent, request as open } from 'node:http'
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import type { ListenAddress } from '../config/config.ts'
import { createFileReader } from '../config/file-reader.ts'
import { address } from '../config/schema/values.ts'
import { readYamlTree } from '../config/yaml/tree.ts'

/** Asks the gateway that runs with a file, at its admin listener. */
export type AdminClient = {
  readonly origin: string
  /** Resolves to undefined when there is no answer. */
  get(path: string): Promise<AdminReply | undefined>
  post(path: string, body: unknown): Promise<AdminReply | undefined>
}

export type AdminReply = {
  readonly status: number
  /** Undefined when it is no JSON: another program may answer at this address. */
  readonly body: unknown
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The default of `admin.listen`. */
const defaultAddress: ListenAddress = { host: '127.0.0.1', port: 9090 }
/** Of silence, after which there is no answer. A cut-off may take a second to reach every worker. */
const answerWithinMs = { GET: 2_000, POST: 10_000 }
/** Of an answer; a longer one is of another program. */
const answerBytes = 16 * 1024 * 1024

export function createAdminClient(fileName: string, env: Environment): AdminClient {
  const { listen, token } = readAdmin(fileName, env)
  const origin = `http://${clientHost(listen.host)}:${listen.port}`
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  return {
    origin,
    get: (path) => ask(`${origin}${path}`, { method: 'GET' }),
    post: (path, body) =>
      ask(`${origin}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...authorization },
        body: JSON.stringify(body),
      }),
  }
}

/** No other text can be sent in a header field. */
const fieldText = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/))

type Admin = { readonly listen: ListenAddress; readonly token?: string }

/**
 * Only this one key of the file is looked at. The file may hold a mistake by now, while the gateway goes on
 * with what it has loaded.
 */
function readAdmin(fileName: string, env: Environment): Admin {
  try {
    const text = readFileSync(fileName, 'utf8')
    const { value } = readYamlTree(text, { env, files: createFileReader(dirname(resolve(fileName))) })
    const listen = v.safeParse(v.object({ admin: v.object({ listen: address }) }), value)
    const token = v.safeParse(v.object({ admin: v.object({ token: fieldText }) }), value)
    return {
      listen: listen.success ? listen.output.admin.listen : defaultAddress,
      ...(token.success && { token: token.output.admin.token }),
    }
  } catch {
    process.stderr.write(`${fileName} cannot be read: asking the default of admin.listen\n`)
    return { listen: defaultAddress }
  }
}

/** A listener on all addresses is asked on loopback. */
function clientHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

type Call = {
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** An agent of its own, since the global one may use a proxy. */
function ask(url: string, { method, headers = {}, body }: Call): Promise<AdminReply | undefined> {
  return new Promise((resolve) => {
    const options = { method, headers, agent: new Agent(), timeout: answerWithinMs[method] }
    const request = open(url, options, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > answerBytes) request.destroy()
        else chunks.push(chunk)
      })
      // Also of an answer that ends too soon.
      response.on('error', () => {})
      response.on('close', () =>
        resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) }),
      )
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(undefined))
    request.end(body)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
