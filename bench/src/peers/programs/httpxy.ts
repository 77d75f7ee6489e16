import { Agent, createServer } from 'node:http'
import type { Socket } from 'node:net'
import { createProxyServer } from 'httpxy'

/**
 * A bare forwarder that checks nothing, on httpxy, with connections kept alive. Arguments: port, upstream's
 * port.
 */
const [port, upstreamPort] = process.argv.slice(2).map(Number)
const target = `http://127.0.0.1:${upstreamPort}`
const proxy = createProxyServer({ target, agent: new Agent({ keepAlive: true, maxSockets: 128 }) })
createServer((request, response) => void proxy.web(request, response).catch(() => response.destroy()))
  .on('upgrade', (request, socket: Socket, head) => {
    proxy.ws(request, socket, { target }, head).catch(() => socket.destroy())
  })
  .listen(port, '127.0.0.1')
