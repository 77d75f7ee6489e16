import { memo } from '../memo.ts'
import { connectionOptions } from './connection-options.ts'
import { foldName } from './field-name.ts'
import { type HeadFault, headFaults } from './head-fault.ts'

type Single =
  | 'host'
  | 'authorization'
  | 'contentLength'
  | 'transferEncoding'
  | 'contentType'
  | 'accessControlRequestMethod'
  | 'expect'
  | 'origin'
  | 'requestId'
  | 'upgrade'
  | 'webSocketKey'
  | 'webSocketVersion'

/** The fields of a request head that decide anything, as they were sent. */
export type HeadFields = { [name in Single]: string | undefined } & {
  /** The fault of the first field that came twice although it may come only once. */
  fault: HeadFault | undefined
  /** Values of X-HTTP-Method-Override and its like, in every spelling. */
  overrides: string[] | undefined
  /** Connection lists `upgrade`. */
  namesUpgrade: boolean
  connectionOptions: string[] | undefined
}

/** Gathers the fields of a head in one pass over its header list. */
export function gatherFields(headers: readonly string[]): HeadFields {
  const fields: HeadFields = {
    host: undefined,
    authorization: undefined,
    contentLength: undefined,
    transferEncoding: undefined,
    contentType: undefined,
    accessControlRequestMethod: undefined,
    expect: undefined,
    origin: undefined,
    requestId: undefined,
    upgrade: undefined,
    webSocketKey: undefined,
    webSocketVersion: undefined,
    fault: undefined,
    overrides: undefined,
    namesUpgrade: false,
    connectionOptions: undefined,
  }
  for (let i = 0; i < headers.length; i += 2) {
    const role = roleOf(headers[i] ?? '')
    if (role !== 'other') add(fields, role, headers[i + 1] ?? '')
  }
  return fields
}

type Role = Single | 'connection' | 'override' | 'other'

function add(fields: HeadFields, role: Exclude<Role, 'other'>, value: string): void {
  if (role === 'connection') return addConnection(fields, value)
  if (role === 'override') return addOverride(fields, value)
  if (fields[role] === undefined) {
    fields[role] = value
    return
  }
  fields.fault ??= duplicates[role]
  // No grammar of a field that may stand only once takes the joined value.
  fields[role] += `, ${value}`
}

function addOverride(fields: HeadFields, value: string): void {
  fields.overrides ??= []
  fields.overrides.push(value)
}

function addConnection(fields: HeadFields, value: string): void {
  const options = connectionOptions(value)
  if (options.upgrade) fields.namesUpgrade = true
  for (const name of options.fields) {
    fields.connectionOptions ??= []
    fields.connectionOptions.push(name)
  }
}

const roles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['access-control-request-method', 'accessControlRequestMethod'],
  ['authorization', 'authorization'],
  ['connection', 'connection'],
  ['content-length', 'contentLength'],
  ['content-type', 'contentType'],
  ['expect', 'expect'],
  ['host', 'host'],
  ['origin', 'origin'],
  ['sec-websocket-key', 'webSocketKey'],
  ['sec-websocket-version', 'webSocketVersion'],
  ['transfer-encoding', 'transferEncoding'],
  ['upgrade', 'upgrade'],
  ['x-request-id', 'requestId'],
])

const roleOf = memo<Role>(
  (name) => roles.get(name.toLowerCase()) ?? (override.test(foldName(name)) ? 'override' : 'other'),
)

/** Folded. `X_HTTP_Method_Override` reaches a CGI-like upstream under the same name. */
const override = /^-*x-(?:http-method(?:-override)?|method-override)-*$/

/** Fields whose second instance is a fault. Of the others the values are joined, which no check accepts. */
const duplicates: Partial<Readonly<Record<Single, HeadFault>>> = {
  host: headFaults.host,
  authorization: headFaults.authorization,
  contentLength: headFaults.contentLength,
  transferEncoding: headFaults.coding,
  contentType: headFaults.contentType,
}
