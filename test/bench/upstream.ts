import { createServer } from 'node:net'

/** An upstream that costs next to nothing: one ready answer for every head that ends. Requests have no body. */
const body = JSON.stringify({ todos: [{ id: '1', title: 'x'.repeat(61), done: false }], more: 0 })
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
)
const endOfHead = '\r\n\r\n'

const server = createServer({ noDelay: true }, (socket) => {
  let rest = ''
  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1')
    for (let end = rest.indexOf(endOfHead); end !== -1; end = rest.indexOf(endOfHead)) {
      rest = rest.slice(end + endOfHead.length)
      socket.write(answer)
    }
  })
  socket.on('error', () => socket.destroy())
})
server.listen(Number(process.argv[2]), '127.0.0.1')
