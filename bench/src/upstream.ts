import { createServer, type Socket } from 'node:net'
import { echoMessages } from './echo-socket.ts'

/**
 * An upstream that costs next to nothing, 4 µs a request: one ready answer for every head. `/bytes/N` answers
 * N bytes; the body of a POST is read to its end first; `/stream` is an event stream that never ends; a
 * WebSocket gets its messages back. One request at a time on a connection. Argument: port.
 */
const headEnd = '\r\n\r\n'
const small = JSON.stringify({ todos: [{ id: '1', title: 'x'.repeat(61), done: false }], more: 0 })
const smallAnswer = answerWith(small)
const answers = new Map<number, Buffer>()
const streamBegin =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n' +
  'd\r\ndata: hello\n\n\r\n'

createServer({ noDelay: true }, (socket) => {
  socket.on('data', (chunk) => take(socket, chunk))
  socket.on('error', () => socket.destroy())
}).listen(Number(process.argv[2]), '127.0.0.1')

type Waiting = { head: string; bodyLeft: number }
const waiting = new WeakMap<Socket, Waiting>()

function take(socket: Socket, chunk: Buffer): void {
  const state = waiting.get(socket)
  if (state !== undefined && state.bodyLeft > 0) return takeBody(socket, state, chunk)
  const head = (state?.head ?? '') + chunk.toString('latin1')
  const end = head.indexOf(headEnd)
  if (end === -1) return void waiting.set(socket, { head, bodyLeft: 0 })
  waiting.delete(socket)
  if (head.startsWith('GET /collection')) return void socket.write(smallAnswer)
  if (head.startsWith('GET /stream ')) return void socket.write(streamBegin)
  if (/\r\nupgrade: *websocket\r/i.test(head)) return echoMessages(socket, head)
  const bodyLength = Number(/\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end))?.[1] ?? 0)
  const begun = { head: '', bodyLeft: bodyLength }
  if (bodyLength > 0) return takeBody(socket, begun, Buffer.from(head.slice(end + headEnd.length), 'latin1'))
  socket.write(answerFor(head))
}

function takeBody(socket: Socket, state: Waiting, chunk: Buffer): void {
  state.bodyLeft -= chunk.length
  if (state.bodyLeft > 0) return void waiting.set(socket, state)
  waiting.delete(socket)
  socket.write(smallAnswer)
}

function answerFor(head: string): Buffer {
  const bytes = Number(/^GET \/bytes\/(\d+) /.exec(head)?.[1])
  if (Number.isNaN(bytes)) return smallAnswer
  const answer = answers.get(bytes) ?? answerWith('x'.repeat(bytes))
  answers.set(bytes, answer)
  return answer
}

function answerWith(body: string): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
  return Buffer.from(`${head}${headEnd}${body}`)
}
