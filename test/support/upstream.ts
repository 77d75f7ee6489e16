import { type AddressInfo, createServer, type Socket } from 'node:net'

export type ScriptedUpstream = {
  readonly port: number
  readonly url: string
  /** Connections accepted so far. */
  readonly connections: number
  /** Connections open now. */
  readonly open: number
  /** Resolves when some connection was closed by the gateway. */
  readonly closed: Promise<void>
  received(): string
  stop(): Promise<void>
}

/** A raw TCP upstream: `script` gets each connection and everything it received so far, at every chunk. */
export function startUpstream(
  script: (socket: Socket, received: string, connection: number) => void,
  wantedPort = 0,
): Promise<ScriptedUpstream> {
  const sockets = new Set<Socket>()
  let connections = 0
  let all = ''
  let closed: () => void = () => {}
  const closing = new Promise<void>((resolve) => {
    closed = resolve
  })
  const server = createServer((socket) => {
    connections += 1
    const number = connections
    sockets.add(socket)
    let text = ''
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      closed()
    })
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      all += chunk.toString('latin1')
      script(socket, text, number)
    })
  })
  return new Promise((resolve) => {
    server.listen(wantedPort, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo // A TCP listener has no other address.
      resolve({
        port,
        url: `http://127.0.0.1:${port}`,
        get connections() {
          return connections
        },
        get open() {
          return sockets.size
        },
        closed: closing,
        received: () => all,
        stop: () =>
          new Promise((done) => {
            for (const socket of sockets) socket.destroy()
            server.close(() => done())
          }),
      })
    })
  })
}

/** Answers every request head with the same bytes. */
export function always(answer: string) {
  return (socket: Socket, received: string) => {
    if (received.endsWith('\r\n\r\n')) socket.write(Buffer.from(answer, 'latin1'))
  }
}

/** A small complete answer. */
export const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** The path of the last request that a connection received. */
export function lastPath(received: string): string {
  const end = received.lastIndexOf(' HTTP/1.1\r\n')
  return received.slice(received.lastIndexOf(' ', end - 1) + 1, end)
}
