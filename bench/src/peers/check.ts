import { request } from 'node:http'
import { WebSocket } from 'ws'
import { peers } from './all.ts'
import { createPlace, startUpstream } from './check-place.ts'
import type { Peer, Place } from './peer.ts'

/** A token that must pass, and others that must not. */
export type Tokens = {
  readonly good: string
  readonly badSignature: string
  /** Since more than five minutes: some allow for clocks that differ. */
  readonly expired: string
  readonly wrongAudience: string
  readonly wrongIssuer?: string
}

export type CheckPlace = Place & { readonly tokens: Tokens }

type Answer = { readonly status: number; readonly body: string }

/** Whoever did less than he says would be fast: undefined when a peer does its work, else one sentence what it does not. */
export async function checkPeer(peer: Peer, place: CheckPlace): Promise<string | undefined> {
  const started = await peer.start(place).catch((error: Error) => error)
  if (started instanceof Error) return started.message
  try {
    if (started.pids().length === 0) return 'it has no process'
    return await checkAnswers(peer, place)
  } catch (error) {
    return `it breaks off: ${(error as Error).message}`
  } finally {
    await started.stop()
  }
}

async function checkAnswers(peer: Peer, place: CheckPlace): Promise<string | undefined> {
  const { port, tokens } = place
  if (peer.refusesAll) return refused('a request', await ask(port, tokens.good))
  const problem = await checkForwarding(peer, place)
  if (problem !== undefined || peer.algorithms.length === 0) return problem
  const wrong = {
    'a request without a token': undefined,
    'a token with a broken signature': tokens.badSignature,
    'an expired token': tokens.expired,
    'a token for somebody else': tokens.wrongAudience,
    'a token from somebody else': tokens.wrongIssuer,
  }
  for (const [what, token] of Object.entries(wrong)) {
    // Twice, and after the good token: a cache must not be what lets it pass.
    const answers = [await ask(port, token), await ask(port, token)]
    const problem = answers.map((answer) => refused(what, answer)).find((each) => each !== undefined)
    if (problem !== undefined) return problem
  }
  return checkForwarding(peer, place)
}

async function checkForwarding({ webSockets }: Peer, { port, upstreamPort, tokens }: CheckPlace) {
  const contents = { 'a request': undefined, 'an upload': 'x'.repeat(1 << 20) }
  for (const [what, content] of Object.entries(contents)) {
    const answers = [
      await ask(port, tokens.good, content),
      await ask(upstreamPort, tokens.good, content),
    ] as const
    const problem = passed(what, ...answers)
    if (problem !== undefined) return problem
  }
  if (!webSockets || (await echo(upstreamPort, tokens.good)) !== 'hello') return undefined
  const message = await echo(port, tokens.good)
  return message === 'hello' ? undefined : `a WebSocket is not forwarded: ${message}`
}

function passed(what: string, through: Answer, directly: Answer): string | undefined {
  if (through.status !== 200) return `${what} is answered ${through.status}: ${through.body.slice(0, 200)}`
  return through.body === directly.body ? undefined : `${what} is not answered with what the upstream says`
}

function refused(what: string, { status }: Answer): string | undefined {
  return status === 401 || status === 403 ? undefined : `${what} is answered ${status}`
}

/** What comes back from a WebSocket that says hello. */
function echo(port: number, token: string): Promise<string> {
  const headers = { host: 'api.example.com', authorization: `Bearer ${token}` }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`, { headers, handshakeTimeout: 5000 })
  return new Promise<string>((resolve) => {
    socket.on('error', (error) => resolve(error.message)).on('close', () => resolve('it was closed'))
    socket.on('open', () => socket.send('hello')).on('message', (data) => resolve(String(data)))
  }).finally(() => socket.terminate())
}

function ask(port: number, token?: string, content?: string): Promise<Answer> {
  const headers = {
    host: 'api.example.com',
    accept: 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(content !== undefined && {
      'content-length': content.length,
      'content-type': 'application/octet-stream',
    }),
  }
  const method = content === undefined ? 'GET' : 'POST'
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/collection7/42', method, headers, timeout: 5000 })
    sent.on('error', reject).on('timeout', () => sent.destroy(new Error('no answer in five seconds')))
    sent.on('response', async (response) => {
      const chunks = await response.toArray().catch(reject)
      if (chunks)
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('latin1') })
    })
    sent.end(content)
  })
}

/** `node dist/dev/bench/test/bench/peers/check.js [id...]`: one line for each peer and algorithm, status 1 if one fails. */
async function main(ids: readonly string[]): Promise<void> {
  const upstream = await startUpstream()
  for (const peer of peers.filter(({ id }) => ids.length === 0 || ids.includes(id))) {
    const absent = await peer.prepare((text) => process.stderr.write(`${text}\n`))
    if (absent !== undefined) process.stdout.write(`${peer.name}: cannot be had: ${absent}\n`)
    else await checkWithEach(peer, upstream.port)
  }
  upstream.close()
}

async function checkWithEach(peer: Peer, upstreamPort: number): Promise<void> {
  const checksTokens = peer.algorithms.length > 0
  for (const algorithm of checksTokens ? peer.algorithms : (['ES384'] as const)) {
    const place = await createPlace(algorithm, upstreamPort)
    const problem = await checkPeer(peer, place)
    const subject = checksTokens ? `${peer.name}, ${algorithm}` : peer.name
    process.stdout.write(`${subject}: ${problem ?? `as it should (${peer.does})`}\n`)
    if (problem !== undefined) process.exitCode = 1
    await place.end()
  }
}

if (import.meta.filename === process.argv[1]) await main(process.argv.slice(2))
