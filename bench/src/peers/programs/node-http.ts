import { Agent, request as ask, createServer, type IncomingMessage } from 'node:http'

/**
 * A bare forwarder that checks nothing, on `node:http` alone: one `request`, two pipes. When a client leaves
 * in the middle of an answer, its connection to the upstream stays taken: a limit would be used up.
 * Arguments: port, upstream's port.
 */
const [port, upstreamPort] = process.argv.slice(2).map(Number)
const agent = new Agent({ keepAlive: true })
const to = ({ method, url: path, headers }: IncomingMessage) => ({ method, path, headers })

createServer((request, response) => {
  const forwarded = ask({ ...to(request), host: '127.0.0.1', port: upstreamPort, agent }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    answer.pipe(response)
  })
  forwarded.on('error', () => response.destroy())
  request.pipe(forwarded)
})
  .on('upgrade', (request, socket, head) => {
    const forwarded = ask({ ...to(request), host: '127.0.0.1', port: upstreamPort })
    forwarded.on('error', () => socket.destroy())
    forwarded.on('upgrade', ({ rawHeaders }, upstream, first) => {
      const lines = rawHeaders.map((part, i) => (i % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join('')
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`, 'latin1')
      socket.write(first)
      upstream.write(head)
      socket.on('error', () => upstream.destroy()).pipe(upstream)
      upstream.on('error', () => socket.destroy()).pipe(socket)
    })
    forwarded.end()
  })
  .listen(port, '127.0.0.1')
