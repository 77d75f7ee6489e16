import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type RawAnswer = { readonly text: string; readonly status: number; readonly closed: boolean }

/** Writes bytes (one character is one byte) on a fresh connection and reads until it closes, or until `waitMs` passed. */
export function sendRaw(
  port: number,
  bytes: string,
  waitMs = 1500,
  halfCloseMs?: number,
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = ''
    let closed = false
    const socket = connect(port, '127.0.0.1')
    const done = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ text, status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), closed })
    }
    const timer = setTimeout(done, waitMs)
    socket.on('connect', () => socket.write(Buffer.from(bytes, 'latin1')))
    if (halfCloseMs !== undefined) setTimeout(() => socket.end(), halfCloseMs).unref()
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      closed = true
      done()
    })
  })
}

export type Recorder = {
  readonly port: number
  /** Every byte received, one character a byte, over all connections. */
  received(): string
  clear(): void
  close(): Promise<void>
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** A raw TCP upstream that keeps every byte and answers each head it sees with `answer`. */
export function startRecorder(answer = ok): Promise<Recorder> {
  let bytes = ''
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let pending = ''
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1')
      bytes += text
      pending += text
      const end = pending.indexOf('\r\n\r\n')
      if (end === -1) return
      const head = pending.slice(0, end).toLowerCase()
      if (head.includes('transfer-encoding: chunked') && !pending.endsWith('0\r\n\r\n')) return
      const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0)
      if (pending.length < end + 4 + length) return
      pending = ''
      socket.write(answer)
    })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        port: (server.address() as AddressInfo).port, // A TCP listener has no other address.
        received: () => bytes,
        clear: () => {
          bytes = ''
        },
        close: () =>
          new Promise((closed) => {
            for (const socket of sockets) socket.destroy()
            server.close(() => closed())
          }),
      })
    })
  })
}
