import { createServer, type IncomingMessage } from 'node:http'
import { type Dispatcher, Pool } from 'undici'

/**
 * A bare forwarder that checks nothing, on undici: raw headers in, a flat list out, every chunk by `write`,
 * then `end`. Arguments: port, upstream's port.
 */
const [port, upstreamPort] = process.argv.slice(2).map(Number)
const pool = new Pool(`http://127.0.0.1:${upstreamPort}`, { connections: 128, pipelining: 1 })

createServer((request, response) => {
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
  // Any token may be a method; undici passes on what it is given.
  const method = request.method as Dispatcher.HttpMethod
  pool.dispatch({ path: request.url ?? '/', method, ...content(request) }, handler)
}).listen(port, '127.0.0.1')

/** undici frames a body of unknown length itself, and takes no `Transfer-Encoding`. */
function content(request: IncomingMessage): Pick<Dispatcher.DispatchOptions, 'headers' | 'body'> {
  const { headers, rawHeaders } = request
  if (headers['transfer-encoding'] !== undefined) {
    const kept = rawHeaders.flatMap((name, i) =>
      i % 2 === 0 && name.toLowerCase() !== 'transfer-encoding' ? [name, rawHeaders[i + 1] ?? ''] : [],
    )
    return { headers: kept, body: request }
  }
  return { headers: rawHeaders, body: headers['content-length'] === undefined ? null : request }
}
