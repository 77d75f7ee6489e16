import { type Document, isMap, parseDocument } from 'yaml'
import { exampleResource } from '../logto/data.ts'

export type Replacements = {
  readonly listen: string
  readonly adminListen: string
  /** Origin of the stand-in for Logto. */
  readonly logto: string
  /** How a browser on this machine reaches the gateway. */
  readonly publicUrl: string
  /** Origin of one's own API; without it the upstreams stay those of the file. */
  readonly upstream: string | undefined
}

/** The keys that `ownConfig` replaces or leaves out, as the demo names them. */
export const replacedKeys =
  'listen, publicUrl, issuer, admin.listen, tls, workers, log and, under apis, upstream, issuer and clients'

/**
 * Somebody's own configuration as the demo runs it: with their routes, and with everything replaced that says
 * where the gateway listens and whom it trusts. Comments and references stay as they are. Undefined when the
 * text is no YAML map: then loading it says what is wrong.
 */
export function ownConfig(text: string | undefined, replacements: Replacements): string | undefined {
  const document = parseDocument(text ?? routesOnly)
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined
  const { listen, adminListen, logto, publicUrl, upstream } = replacements
  for (const key of ['issuers', 'tls', 'workers', 'log', 'admin']) document.delete(key)
  document.set('listen', listen)
  document.set('publicUrl', publicUrl)
  document.set('issuer', document.createNode({ logto }))
  document.set('admin', document.createNode({ listen: adminListen }))
  document.set('log', document.createNode({ format: 'pretty' }))
  for (const name of namesOf(document, ['apis'])) replaceInApi(document, name, upstream)
  return document.toString({ lineWidth: 0 })
}

/** Reading and writing differ in most APIs, so these are the first rules that show something. */
const routesOnly = `apis:
  api:
    resource: ${exampleResource}
    routes:
      /**: { GET: read, any: write }
`

function replaceInApi(document: Document, name: string, upstream: string | undefined): void {
  const api = ['apis', name]
  if (!isMap(document.getIn(api))) return
  document.deleteIn([...api, 'issuer'])
  // The stand-in knows other applications than one's own Logto.
  document.deleteIn([...api, 'clients'])
  if (upstream === undefined) return
  document.setIn([...api, 'upstream'], upstream)
  for (const route of namesOf(document, [...api, 'routes'])) {
    const at = [...api, 'routes', route]
    if (isMap(document.getIn(at))) document.deleteIn([...at, 'upstream'])
    for (const method of namesOf(document, at))
      if (isMap(document.getIn([...at, method]))) document.deleteIn([...at, method, 'upstream'])
  }
}

/** The keys of the map at this path; none when no map is there. */
function namesOf(document: Document, path: readonly string[]): string[] {
  const node = document.getIn(path)
  return isMap(node) ? node.items.map(({ key }) => String(key)) : []
}
