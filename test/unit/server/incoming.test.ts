import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Incoming } from '../../../src/server/incoming.ts'

/** A server of Node's own with our requests, and a connection to it. */
async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer({ IncomingMessage: Incoming, requireHostHeader: false }, handle)
  server.on('checkContinue', handle).on('checkExpectation', handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // A TCP listener has no other address.
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
    server.close()
  })
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += String(chunk)
  })
  return { send: (bytes: string) => socket.write(bytes), answers: () => text.match(/answer \d/g) ?? [] }
}

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n'
const post = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbody'

test('a request without a body is let go of when it is answered', async () => {
  const requests: IncomingMessage[] = []
  const { send, answers } = await serve((request, response) => {
    requests.push(request)
    response.end(`answer ${requests.length}`)
  })
  send(`${get}\r\n`)
  await expect.poll(answers).toEqual(['answer 1'])
  const parser = Reflect.get(requests[0]?.socket ?? {}, 'parser')
  await expect.poll(() => Reflect.get(parser, 'incoming')).toBe(null)
  send(`${get}\r\n`)
  await expect.poll(answers).toEqual(['answer 1', 'answer 2'])
})

test('a body that nobody read is skipped before the next request', async () => {
  let served = 0
  const { send, answers } = await serve((_request, response) => {
    served += 1
    response.end(`answer ${served}`)
  })
  send(`${post}${post}${get}\r\n`)
  await expect.poll(answers).toEqual(['answer 1', 'answer 2', 'answer 3'])
})

test('the fields are in rawHeaders; the object that Node looks at has the expectation alone', async () => {
  const seen: [string[], object][] = []
  const { send, answers } = await serve((request, response) => {
    seen.push([request.rawHeaders, request.headers])
    response.end(`answer ${seen.length}`)
  })
  send(`${get}EXPECT: 200-ok\r\nX-A: 1\r\nx-a: 2\r\n\r\n${get}\r\n`)
  await expect.poll(answers).toEqual(['answer 1', 'answer 2'])
  expect(seen).toEqual([
    [['Host', 'a.test', 'EXPECT', '200-ok', 'X-A', '1', 'x-a', '2'], { expect: '200-ok' }],
    [['Host', 'a.test'], {}],
  ])
})
