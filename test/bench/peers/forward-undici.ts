import { createServer } from 'node:http'
import { type Dispatcher, Pool } from 'undici'

/** A bare forwarder that checks nothing, on undici: raw headers in, a flat list out. Arguments: port, upstream's port. */
const [port, upstreamPort] = process.argv.slice(2).map(Number)
const pool = new Pool(`http://127.0.0.1:${upstreamPort}`, { connections: 128, pipelining: 1 })

createServer((request, response) => {
  // Any token may be a method; undici passes on what it is given.
  const method = request.method as Dispatcher.HttpMethod
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {},
    onResponseStart(controller: Dispatcher.DispatchController & { rawHeaders?: unknown }, status) {
      const raw = controller.rawHeaders as readonly Buffer[] // names and values in turn, as they came
      response.writeHead(
        status,
        raw.map((part) => part.toString('latin1')),
      )
    },
    onResponseData: (_controller, chunk) => void response.write(chunk),
    onResponseEnd: () => void response.end(),
    onResponseError: () => void response.destroy(),
  }
  pool.dispatch({ path: request.url ?? '/', method, headers: request.rawHeaders, body: null }, handler)
}).listen(port, '127.0.0.1')
