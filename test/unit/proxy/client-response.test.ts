import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { ClientResponse } from '../../../src/proxy/client-response.ts'

/** A client that takes nothing until it is told to. */
class SlowResponse extends EventEmitter {
  chunkedEncoding = true
  sendDate = true
  writeHead(): void {}
  write(): boolean {
    return false
  }
  end(): void {}
  destroy(): void {}
}

function begun() {
  const response = new SlowResponse()
  const answer = new ClientResponse(response as unknown as ServerResponse) // Only what is above is called.
  let resumed = 0
  const head = {
    headers: [],
    hasDate: false,
    isEventStream: false,
    isWhole: false,
    connectionAuth: false,
    challenged: false,
  }
  answer.begin(200, head, () => {
    resumed += 1
  })
  answer.write(Buffer.from('first'))
  answer.flush()
  return { response, answer, resumed: () => resumed }
}

test('a client that has caught up makes the upstream go on', () => {
  const { response, resumed } = begun()
  response.emit('drain')
  expect(resumed()).toBe(1)
})

test.each(['end', 'cut'] as const)(
  'a client that catches up after %s does not touch the connection, which may carry the answer to another',
  (how) => {
    const { response, answer, resumed } = begun()
    answer[how]()
    response.emit('drain')
    expect(resumed()).toBe(0)
  },
)
