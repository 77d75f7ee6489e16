import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Construct } from '../support/attack-token.ts'
import { type Court, createCourt, type Verdict } from './attack-jwt/court.ts'
import { jwtVectors } from './attack-jwt/vector.ts'
import { findDecided } from './decided-otherwise.ts'

const run = jwtVectors.flatMap(({ id, source, expect: expected, construct }) =>
  construct === undefined
    ? []
    : [{ id, construct, expected, title: source[0], decided: findDecided(id)?.answer }],
)

let court: Court
/** The request that the upstream receives with a good token. */
let ordinary = ''

beforeAll(async () => {
  court = await createCourt()
  // Keys that are unknown are looked for at most every two seconds: here all of them at once.
  await Promise.all(run.map(({ construct }) => court.judge(construct)))
  for (const { id, construct } of run) if (id === 'J-CTL-01') ordinary = (await court.judge(construct)).head
})
afterAll(() => court.close())

const answers: Readonly<Record<string, readonly string[]>> = {
  accept: ['200'],
  'reject-401': ['401 invalid_token'],
  'reject-403': ['403 insufficient_scope'],
  'reject-401-or-403': ['401 invalid_token', '403 insufficient_scope'],
  'accept-or-401': ['200', '401 invalid_token'],
  'accept-or-403': ['200', '403 insufficient_scope'],
  'must-not-inject': ['200', '401 invalid_token'],
}

function check({ answer, challenge, head }: Verdict, { claims }: Construct): void {
  const [status, code] = answer.split(' ')
  if (status === '200') {
    const names = namesIn(head)
    expect(names.filter((name, i) => !namesIn(ordinary).includes(name) || names.indexOf(name) < i)).toEqual(
      [],
    )
    // A machine is told as a client, and not as a user.
    const isMachine = 'client_id' in claims && claims['sub'] === claims['client_id']
    expect(claims).toMatchObject('sub' in claims && !isMachine ? { sub: userIn(head) } : {})
    if (isMachine) expect(userIn(head)).toBe('')
  } else expect(head).toBe('')
  if (status === '401' || status === '403') expect(challenge).toContain(`error="${code}"`)
}

function namesIn(head: string): string[] {
  return (head.match(/^[^:\r\n]+(?=:)/gm) ?? []).map((name) => name.toLowerCase())
}

/** The bytes of the field value as UTF-8. */
function userIn(head: string): string {
  return Buffer.from(/^x-user-id: (.*)\r$/im.exec(head)?.[1] ?? '', 'latin1').toString()
}

describe('attack-jwt', () => {
  for (const { id, title, construct, expected, decided } of run) {
    test(`${id} ${title}: ${decided ?? expected}`, async () => {
      const verdict = await court.judge(construct)
      expect(decided === undefined ? answers[expected] : [decided]).toContain(verdict.answer)
      check(verdict, construct)
      expect((await court.judge(construct)).answer).toBe(verdict.answer)
    })
  }
})
