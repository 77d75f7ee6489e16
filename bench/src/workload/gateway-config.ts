/** What a scenario wants of the gateway. */
export type GatewayOptions = {
  /** Routes in all. */
  readonly routes?: number
  readonly workers?: number
  /** To the upstream, at most. */
  readonly connections?: number
}

export const usualRoutes = 100

/** One of the routes that need the scope `read`. */
export function routePath(index: number): string {
  return `/collection${index}/42`
}

/** Not the first of the usual ones. */
export const usualPath = routePath(57)
export const publicPath = '/public/42'
export const unknownPath = '/nothing/42'
export const uploadPath = '/upload'
export const streamPath = '/stream'
export const socketPath = '/socket'
export const bytesPath = (bytes: number) => `/bytes/${bytes}`

/** Beside the collections, for what only some scenarios send. */
const special = [
  `${publicPath.replace('42', '{id}')}: public`,
  '/bytes/{count}: { GET: read }',
  `${uploadPath}: { POST: { scopes: read, limits: { bodyBytes: 2MiB } } }`,
  `${streamPath}: { GET: read }`,
  `${socketPath}: { GET: { scopes: read, websocket: true } }`,
]

export type GatewayPlace = {
  readonly port: number
  readonly adminPort: number
  readonly upstreamPort: number
  readonly issuer: string
  readonly jwksFile: string
  readonly resource: string
}

/** The gateway as an operator would run it: every default, the decision log included. */
export function gatewayConfig(
  place: GatewayPlace,
  { routes = usualRoutes, workers, connections }: GatewayOptions,
): string {
  const collections = Array.from(
    { length: routes },
    (_, i) => `/collection${i}/{id}: { GET: read, POST: write }`,
  )
  const all =
    routes > special.length ? [...collections.slice(0, routes - special.length), ...special] : collections
  const processes = workers === undefined ? '' : `\nworkers: ${workers}`
  const most = connections === undefined ? '' : `, connections: ${connections}`
  return `listen: 127.0.0.1:${place.port}
admin: { listen: "127.0.0.1:${place.adminPort}" }
issuer: { url: "${place.issuer}", jwksFile: ${place.jwksFile} }${processes}
apis:
  bench:
    resource: ${place.resource}
    upstream: { url: "http://127.0.0.1:${place.upstreamPort}"${most} }
    routes:
${all.map((route) => `      ${route}`).join('\n')}
`
}
