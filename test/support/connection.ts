import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A client's connection, on which a test writes and reads when it likes; it outlives the gateway's end. */
export type RawConnection = {
  readonly socket: Socket
  /** Everything received so far, one character a byte. */
  text(): string
  /** One character is one byte. */
  write(bytes: string | Buffer): void
  /** The gateway sent its FIN. */
  readonly ended: boolean
  readonly closed: boolean
  /** Why it was closed, when that was not orderly: `ECONNRESET`, `EPIPE`. */
  readonly error: string | undefined
  /** Resolves when the gateway has ended its half, or the connection is gone. */
  readonly over: Promise<void>
}

export type ConnectionOptions = {
  /** The address that it comes from: all of 127.0.0.0/8 is this machine. */
  readonly from?: string
  /** False: nothing is taken from the socket until the test resumes it. Default: true */
  readonly reads?: boolean
}

/** Connects to a port on loopback; destroyed when the test ends. */
export async function openConnection(port: number, options: ConnectionOptions = {}): Promise<RawConnection> {
  const { from: localAddress = '127.0.0.1', reads = true } = options
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true, noDelay: true })
  onTestFinished(() => void socket.destroy())
  let text = ''
  let ended = false
  let closed = false
  let error: string | undefined
  socket.on('error', (fault: NodeJS.ErrnoException) => {
    error = fault.code
  })
  const over = new Promise<void>((resolve) => {
    socket.on('end', () => {
      ended = true
      resolve()
    })
    socket.on('close', () => {
      closed = true
      resolve()
    })
  })
  await once(socket, 'connect')
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  if (!reads) socket.pause()
  return {
    socket,
    text: () => text,
    write: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    get ended() {
      return ended
    },
    get closed() {
      return closed
    },
    get error() {
      return error
    },
    over,
  }
}
