import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { pathToFileURL } from 'node:url'
import { acceptEchoSockets } from './echo-socket.ts'
import { close, listen } from './listen.ts'

export type SampleApi = {
  readonly origin: string
  readonly port: number
  close(): Promise<void>
}

/**
 * A todo API as it might have run for years. It has never heard of OAuth and believes whatever `X-User-Id`
 * says. So that one can see which headers reached it, every body lists them in `receivedHeaders`.
 */
export async function startSampleApi(options: { port?: number; host?: string } = {}): Promise<SampleApi> {
  const { port = 0, host = '127.0.0.1' } = options
  const todos = new Map<string, Todo>([['1', { id: '1', title: 'Read the rules', done: false }]])
  const server = createServer((req, res) => {
    respond(todos, req, res).catch(() => res.destroy())
  })
  const cutSockets = acceptEchoSockets(server)
  const bound = await listen(server, port, host)
  return {
    origin: `http://${host}:${bound}`,
    port: bound,
    close() {
      cutSockets()
      return close(server)
    },
  }
}

type Todo = { id: string; title: string; done: boolean }
type ApiResponse = { readonly status: number; readonly body?: Readonly<Record<string, unknown>> }

async function respond(todos: Map<string, Todo>, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const path = new URL(req.url ?? '/', 'http://localhost').pathname
  if (path === '/todos/stream') return stream(todos, res)
  const { status, body } = await route(todos, path, req)
  if (status === 204) return void res.writeHead(status).end()
  const text = JSON.stringify({ ...body, receivedHeaders: req.headers }, null, 2)
  res.writeHead(status, { 'content-type': 'application/json' }).end(`${text}\n`)
}

async function route(todos: Map<string, Todo>, path: string, req: IncomingMessage): Promise<ApiResponse> {
  if (path === '/health') return { status: 200, body: { healthy: true } }
  if (path === '/me') return { status: 200, body: whoAmI(req) }
  if (path === '/todos') return collection(todos, req)
  const id = /^\/todos\/([^/]+)\/?$/.exec(path)?.[1]
  const todo = id === undefined ? undefined : todos.get(id)
  return todo === undefined ? { status: 404, body: { error: 'not found' } } : single(todos, todo, req)
}

/** A legacy application reads the header and believes it. */
function whoAmI({ headers }: IncomingMessage): Record<string, unknown> {
  return { userId: headers['x-user-id'], scopes: headers['x-user-scopes'], clientId: headers['x-client-id'] }
}

async function collection(todos: Map<string, Todo>, req: IncomingMessage): Promise<ApiResponse> {
  if (req.method === 'GET' || req.method === 'HEAD')
    return { status: 200, body: { todos: [...todos.values()] } }
  if (req.method !== 'POST') return { status: 405 }
  const id = String(Math.max(0, ...[...todos.keys()].map(Number)) + 1)
  const todo = { id, title: '', done: false, ...(await readFields(req)) }
  todos.set(id, todo)
  return { status: 201, body: { todo } }
}

async function single(todos: Map<string, Todo>, todo: Todo, req: IncomingMessage): Promise<ApiResponse> {
  if (req.method === 'GET' || req.method === 'HEAD') return { status: 200, body: { todo } }
  if (req.method === 'DELETE') {
    todos.delete(todo.id)
    return { status: 204 }
  }
  if (req.method !== 'PUT' && req.method !== 'PATCH') return { status: 405 }
  const base = req.method === 'PUT' ? { id: todo.id, title: '', done: false } : todo
  const changed = { ...base, ...(await readFields(req)) }
  todos.set(todo.id, changed)
  return { status: 200, body: { todo: changed } }
}

async function readFields(req: IncomingMessage): Promise<Partial<Todo>> {
  let text = ''
  for await (const chunk of req.setEncoding('utf8')) text += chunk
  const { title, done } = parse(text)
  return { ...(typeof title === 'string' && { title }), ...(typeof done === 'boolean' && { done }) }
}

function parse(text: string): Partial<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

/** One event at once and another every second, until the client goes away. */
function stream(todos: Map<string, Todo>, res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  const send = () => res.write(`data: ${JSON.stringify([...todos.values()])}\n\n`)
  send()
  const timer = setInterval(send, 1000)
  res.on('close', () => clearInterval(timer))
}

/** Run as a program, for docker-compose. Environment: `PORT` (default 3000) and `HOST` (default 0.0.0.0). */
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { PORT = '3000', HOST = '0.0.0.0' } = process.env
  const api = await startSampleApi({ port: Number(PORT), host: HOST })
  process.stdout.write(`sample API: listening on ${HOST}:${api.port}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void api.close())
}
