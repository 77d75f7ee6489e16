import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type RawAnswer = { readonly text: string; readonly status: number; readonly closed: boolean }

/**
 * Writes bytes (one character is one byte) on a fresh connection and reads until it closes, or until `waitMs`
 * passed.
 */
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

export type ReceivedRequest = { readonly head: string; readonly body: string }

/** Cuts what an upstream received into requests, by their framing: bytes within a body are no request. */
export function requestsIn(bytes: string): ReceivedRequest[] {
  const requests: ReceivedRequest[] = []
  for (let at = 0; at < bytes.length; ) {
    const headEnd = bytes.indexOf('\r\n\r\n', at)
    const head = headEnd === -1 ? bytes.slice(at) : bytes.slice(at, headEnd)
    const start = at + head.length + 4
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
    const end = /^transfer-encoding: *chunked/im.test(head) ? endOfChunks(bytes, start) : start + length
    requests.push({ head, body: bytes.slice(start, end) })
    at = end
  }
  return requests
}

function endOfChunks(bytes: string, start: number): number {
  for (let at = start; at < bytes.length; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line === -1) return bytes.length
    const size = Number.parseInt(bytes.slice(at, line), 16)
    at = line + 2 + size + 2
    if (size === 0) return at
  }
  return bytes.length
}
