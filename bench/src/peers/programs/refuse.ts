import { createServer } from 'node:http'

/** The least that a Node server does to refuse a request. Argument: port. */
const body = JSON.stringify({ type: 'about:blank', title: 'Unauthorized', status: 401 })
const head = [
  ...['WWW-Authenticate', 'Bearer'],
  ...['Content-Type', 'application/problem+json'],
  ...['Content-Length', String(body.length)],
]
createServer((_request, response) => void response.writeHead(401, head).end(body)).listen(
  Number(process.argv[2]),
  '127.0.0.1',
)
