import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { listen, portOf } from '../../../src/server/listener.ts'

const anyPort = { host: '127.0.0.1', port: 0 }

test('a connection that cannot be accepted does not end the process', async () => {
  const server = createServer()
  onTestFinished(() => void server.close())
  await listen(server, anyPort)
  // As Node does when there is neither a descriptor for the connection nor one to close it with.
  expect(() =>
    server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' })),
  ).not.toThrow()
})

test('a port that is taken is told to whoever wants to listen', async () => {
  const [one, other] = [createServer(), createServer()]
  onTestFinished(() => void one.close())
  await listen(one, anyPort)
  await expect(listen(other, { host: '127.0.0.1', port: portOf(one) })).rejects.toThrow('EADDRINUSE')
})
