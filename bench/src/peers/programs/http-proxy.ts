import { Agent, createServer } from 'node:http'
import httpProxy from 'http-proxy'

/**
 * A bare forwarder that checks nothing, on http-proxy, with connections kept alive. When a client leaves in
 * the middle of an answer, its connection to the upstream stays taken: a limit would be used up. Arguments:
 * port, upstream's port.
 */
const [port, upstreamPort] = process.argv.slice(2).map(Number)
const proxy = httpProxy.createProxyServer({
  target: `http://127.0.0.1:${upstreamPort}`,
  agent: new Agent({ keepAlive: true }),
})
proxy.on('error', (_error, _request, response) => void response.destroy())
createServer((request, response) => proxy.web(request, response))
  .on('upgrade', (request, socket, head) => proxy.ws(request, socket, head))
  .listen(port, '127.0.0.1')
