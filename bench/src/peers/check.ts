import { request } from 'node:http'
import { runEchoLoop } from '../load/run.ts'
import { using } from '../machine/subject.ts'
import { messageOf } from '../progress.ts'
import type { Peer, Place } from './peer.ts'

/** A token that must pass, and others that must not. */
export type Tokens = {
  readonly good: string
  readonly badSignature: string
  /** Since more than five minutes: some allow for clocks that differ. */
  readonly expired: string
  readonly wrongAudience: string
}

type Answer = { readonly status: number; readonly body: string }

/**
 * Whoever did less than he says would be fast: undefined when a peer does its work, else one sentence what it
 * does not.
 */
export async function checkPeer(peer: Peer, place: Place, tokens: Tokens): Promise<string | undefined> {
  try {
    return await using(peer.start(place), () => checkAnswers(peer, place, tokens))
  } catch (error) {
    return messageOf(error)
  }
}

async function checkAnswers(peer: Peer, place: Place, tokens: Tokens): Promise<string | undefined> {
  const problem = await checkForwarding(peer, place, tokens.good)
  if (problem !== undefined || peer.algorithms.length === 0) return problem
  const wrong = {
    'a request without a token': undefined,
    'a token with a broken signature': tokens.badSignature,
    'an expired token': tokens.expired,
    'a token for somebody else': tokens.wrongAudience,
  }
  for (const [what, token] of Object.entries(wrong)) {
    // Twice, and after the good token: a cache must not be what lets it pass.
    for (const { status } of [await ask(place.port, token), await ask(place.port, token)]) {
      if (status !== 401 && status !== 403) return `${what} is answered ${status}`
    }
  }
  return checkForwarding(peer, place, tokens.good)
}

async function checkForwarding({ webSockets }: Peer, { port, upstreamPort }: Place, token: string) {
  for (const content of [undefined, 'x'.repeat(1 << 20)]) {
    const what = content === undefined ? 'a request' : 'an upload'
    const [through, directly] = [await ask(port, token, content), await ask(upstreamPort, token, content)]
    if (through.status !== 200) return `${what} is answered ${through.status}: ${through.body.slice(0, 200)}`
    if (through.body !== directly.body) return `${what} is not answered with what the upstream says`
  }
  if (!webSockets) return undefined
  const echo = runEchoLoop({ port, path: '/echo', token, sockets: 1, seconds: 0.2 })
  return echo.then(
    () => undefined,
    (error) => `a WebSocket is not forwarded: ${messageOf(error)}`,
  )
}

function ask(port: number, token?: string, content?: string): Promise<Answer> {
  const headers = {
    host: 'api.example.com',
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
