import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { type BodyFault, readSmallBody } from '../../../src/endpoint/small-body.ts'

/** A request whose body comes as the test writes it. */
function open(limits = { bytes: 10, withinMs: 5000 }) {
  const body = Object.assign(new PassThrough(), { complete: false })
  body.on('end', () => {
    body.complete = true
  })
  let counted = 0
  // As much of a request as is read here.
  const outcome = readSmallBody(body as unknown as IncomingMessage, limits, (bytes) => {
    counted += bytes
  })
  return { body, outcome: outcome.then(printed), counted: () => counted }
}

const printed = (outcome: Uint8Array | BodyFault) =>
  typeof outcome === 'string' ? outcome : `read ${Buffer.from(outcome).toString()}`

describe('a small body', () => {
  test('is put together of whatever pieces it comes in', async () => {
    const { body, outcome, counted } = open()
    for (const piece of ['1', '234', '5', '67890']) body.write(piece)
    body.end()
    expect(await outcome).toBe('read 1234567890')
    expect(counted()).toBe(10)
  })

  test('may be empty', async () => {
    const { body, outcome } = open()
    body.end()
    expect(await outcome).toBe('read ')
  })

  test('is given up as soon as it is too large, and not read any further', async () => {
    const { body, outcome } = open()
    body.write('12345678901')
    expect(await outcome).toBe('too large')
    expect(body.isPaused()).toBe(true)
  })

  test('is given up when it takes too long', async () => {
    const { body, outcome } = open({ bytes: 10, withinMs: 20 })
    body.write('1')
    expect(await outcome).toBe('too slow')
  })

  test('is given up when its client leaves, or has left', async () => {
    const { body, outcome } = open()
    body.destroy()
    expect(await outcome).toBe('client left')
    const late = readSmallBody(body as unknown as IncomingMessage, { bytes: 1, withinMs: 1 }, () => {})
    expect(await late).toBe('client left')
  })
})
