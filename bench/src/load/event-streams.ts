import { connect, type Socket } from 'node:net'

export type EventStreams = { close(): void }

/**
 * Opens `count` event streams, and resolves when each has had its first event. Throws when one has not in ten
 * seconds.
 */
export async function openEventStreams(
  port: number,
  path: string,
  token: string,
  count: number,
): Promise<EventStreams> {
  const sockets = Array.from({ length: count }, () => connect({ port, host: '127.0.0.1' }))
  const close = () => {
    for (const socket of sockets) socket.destroy()
  }
  const fields = `Host: 127.0.0.1\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${token}`
  const request = `GET ${path} HTTP/1.1\r\n${fields}\r\n\r\n`
  const late = setTimeout(close, 10_000)
  try {
    await Promise.all(sockets.map((socket) => firstEvent(socket, request)))
  } catch (error) {
    close()
    throw error
  } finally {
    clearTimeout(late)
  }
  return { close }
}

function firstEvent(socket: Socket, request: string): Promise<void> {
  let received = ''
  socket.write(request)
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      if (received.includes('data: ')) resolve()
      else if (received.length > 12 && !received.startsWith('HTTP/1.1 200'))
        reject(new Error(`an event stream was answered ${received.slice(9, 12)}`))
    })
    socket.on('error', reject).on('close', () => reject(new Error('an event stream ended without an event')))
  })
}
