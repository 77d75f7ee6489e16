import { type Construct, createAttackKeys } from '../../support/attack-token.ts'
import { startGateway } from '../../support/gateway.ts'
import { createTestIssuer } from '../../support/issuer.ts'
import { sendRaw } from '../../support/raw.ts'
import { always, ok, startUpstream } from '../../support/upstream.ts'

/** The outcome for one token. */
export type Verdict = {
  /** The status, and the code of the problem where it is one: `401 invalid_token`. */
  readonly answer: string
  /** WWW-Authenticate, or nothing. */
  readonly challenge: string
  /** The request that the upstream received, if it received one. */
  readonly head: string
}

/** The gateway that the vectors assume, with the keys that they name. */
export type Court = {
  /** Sends the token that is built so, once. */
  judge(construct: Construct): Promise<Verdict>
  close(): Promise<void>
}

export async function createCourt(): Promise<Court> {
  const keys = await createAttackKeys()
  const issuer = await createTestIssuer()
  Object.assign(issuer, { jwks: keys.jwks })
  const upstream = await startUpstream(always(ok))
  // Room for every token in the head: it is tokens.maxBytes that is to refuse the long ones.
  const gateway = await startGateway(`
issuer: { logto: "https://logto.test", jwksUri: "${issuer.url}/jwks", algorithms: [ES384, RS256] }
limits: { headerBytes: 1MiB }
apis:
  one: { resource: https://api.test, upstream: "${upstream.url}", routes: { /admin/**: admin } }
`)
  return {
    async judge(construct) {
      const before = upstream.received().length
      const { status, text } = await sendRaw(gateway.port, request(await keys.build(construct)), 10_000)
      return {
        answer: [status, /"code":"(\w+)"/.exec(text)?.[1]].join(' ').trim(),
        challenge: /^www-authenticate: (.*)\r$/im.exec(text)?.[1] ?? '',
        head: upstream.received().slice(before),
      }
    },
    async close() {
      await gateway.stop()
      await upstream.stop()
      await issuer.close()
    },
  }
}

function request(token: string): string {
  return `GET /admin/users HTTP/1.1\r\nHost: gateway.test\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`
}
