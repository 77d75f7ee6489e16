import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** A forward proxy, which writes down what it is asked for. */
export type TestProxy = {
  readonly port: number
  readonly url: string
  /** Method and target of every request. */
  readonly asked: string[]
  /** `Proxy-Authorization` of the last request. */
  credentials: string | undefined
  /** The User-Agent of the last CONNECT. */
  userAgent: string | undefined
  close(): Promise<void>
}

export type TestProxyOptions = {
  /** The status of every response to CONNECT. Default: 200, and a tunnel */
  readonly connectStatus?: number
  /** Where all tunnels and requests lead, whatever they name: names need not exist. */
  readonly leadsTo?: number
}

export async function createTestProxy({
  connectStatus = 200,
  leadsTo,
}: TestProxyOptions = {}): Promise<TestProxy> {
  const server = createServer(forward)
  server.on('connect', tunnel)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => sockets.add(socket.on('error', () => {}))
  server.on('connection', keep)
  const { port } = server.address() as AddressInfo // A TCP server has this kind of address.
  const proxy: TestProxy = {
    port,
    url: `http://127.0.0.1:${port}`,
    asked: [],
    credentials: undefined,
    userAgent: undefined,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }

  function note({ method, url, headers }: IncomingMessage): void {
    proxy.asked.push(`${method} ${url}`)
    proxy.credentials = headers['proxy-authorization']
  }

  function tunnel(request: IncomingMessage, socket: Socket): void {
    note(request)
    proxy.userAgent = request.headers['user-agent']
    if (connectStatus !== 200) return void socket.end(`HTTP/1.1 ${connectStatus} No\r\n\r\n`)
    const { port: named } = new URL(`http://${request.url}`)
    const upstream = connect(leadsTo ?? Number(named), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    keep(upstream)
  }

  function forward(request: IncomingMessage, response: ServerResponse): void {
    note(request)
    const target = new URL(request.url ?? '')
    const { authorization, 'content-length': length } = request.headers
    const options = {
      method: request.method ?? 'GET',
      host: '127.0.0.1',
      port: leadsTo ?? target.port,
      path: target.pathname + target.search,
      headers: { ...(authorization && { authorization }), ...(length && { 'content-length': length }) },
    }
    const forwarded = httpRequest(options, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    })
    request.pipe(forwarded)
  }

  return proxy
}
