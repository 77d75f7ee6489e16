import { createHmac, createPublicKey, type JsonWebKey, randomUUID } from 'node:crypto'
import { createIssuerKey, type IssuerKey, segment, signBytes } from './issuer.ts'

/** How a vector of `test/vectors/attack-jwt.json` builds its token; the file says what each part means. */
export type Construct = {
  readonly header: Record<string, unknown>
  readonly claims: Record<string, unknown>
  readonly sign: Sign
  readonly post?: readonly string[]
}

type Sign = {
  readonly op: string
  readonly key?: string
  readonly alg?: string
  readonly hash?: string
  readonly secret?: string
  readonly hex?: string
  readonly b64?: string
  readonly r?: string
  readonly s?: string
  readonly mutate?: string
  readonly over?: string
}

export type AttackKeys = {
  /** The keys that the issuer publishes, mistakes included. */
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] }
  build(construct: Construct): Promise<string>
}

/** The keys that the vectors name: `k-*` are the issuer's, `a-*` an attacker's. */
export async function createAttackKeys(): Promise<AttackKeys> {
  const keys = new Map<string, IssuerKey>()
  const rsa = ['k-rs256', 'k-noalg', 'k-enc', 'k-noverify']
  for (const kid of rsa) keys.set(kid, await createIssuerKey('RS256', kid))
  for (const kid of ['k-es384', 'k-revoked', 'a-es384']) keys.set(kid, await createIssuerKey('ES384', kid))
  const jwk = (kid: string): Record<string, unknown> => ({ ...keyOf(keys, kid).publicJwk })
  const { alg: _, ...withoutAlg } = jwk('k-noalg')
  const { use: __, ...withoutUse } = jwk('k-noverify')
  const jwks = {
    keys: [
      jwk('k-es384'),
      jwk('k-rs256'),
      withoutAlg,
      { ...jwk('k-enc'), use: 'enc' },
      { ...withoutUse, key_ops: ['encrypt'] },
      { kty: 'RSA', kid: 'k-rsa1024', e: 'AQAB', n: Buffer.alloc(128, 255).toString('base64url') },
      { kty: 'oct', kid: 'k-oct', k: Buffer.from('oct secret').toString('base64url') },
    ],
  }
  return { jwks, build: (construct) => build(construct, keys, jwks) }
}

function keyOf(keys: ReadonlyMap<string, IssuerKey>, kid: string): IssuerKey {
  const key = keys.get(kid)
  if (key === undefined) throw new Error(`no key ${kid}`)
  return key
}

async function build(construct: Construct, keys: Map<string, IssuerKey>, jwks: unknown): Promise<string> {
  const header = segment(expand(construct.header, keys))
  const payload = segment(expand(construct.claims, keys))
  if (construct.sign.op === 'jwe-shape') return `${header}.AAAA.AAAA.${payload}.AAAA`
  const input = construct.sign.over === 'payload-only' ? payload : `${header}.${payload}`
  const signature = await sign(construct.sign, input, keys, jwks)
  return (construct.post ?? []).reduce(edit, `${header}.${payload}.${signature}`)
}

/** JSON text with its `@…` values in place. */
function expand(part: Record<string, unknown>, keys: Map<string, IssuerKey>): string {
  const now = Math.floor(Date.now() / 1000)
  const dated = (text: string) => text.replaceAll(/@now([+-]\d+)?/g, (_, n) => String(now + Number(n ?? 0)))
  const raw = part['@raw']
  if (typeof raw === 'string')
    return dated(raw).replace('@nest20000', '['.repeat(20_000) + ']'.repeat(20_000))
  const madeFrom = (value: string): unknown => {
    const [, name = '', rest = ''] = /^@([a-z0-9]+)(.*)$/s.exec(value) ?? []
    switch (name) {
      case 'uuid':
        return randomUUID()
      case 'now':
        return rest === '*1000' ? now * 1000 : now + Number(rest)
      case 'str':
        return dated(`@${rest.slice(1)}`)
      case 'rawnum':
        return value
      case 'repeat':
        return itemOf(rest).repeat(countOf(rest))
      case 'array':
        return Array.from({ length: countOf(rest) }, () => itemOf(rest))
      case 'pub':
        return keyOf(keys, rest.slice(1)).publicJwk
      case 'thumb':
        return 'AAAA'
      default:
        throw new Error(`unknown value ${value}`)
    }
  }
  const json = JSON.stringify(part, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith('@') ? madeFrom(value) : value,
  )
  return json.replaceAll(/"@rawnum:([^"]+)"/g, '$1')
}

/** Of `:item:count`, where the item may hold colons too. */
function itemOf(rest: string): string {
  return rest.slice(1, rest.lastIndexOf(':'))
}

function countOf(rest: string): number {
  return Number(rest.slice(rest.lastIndexOf(':') + 1))
}

const p384 = {
  n: 'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  p: 'fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff',
}

async function sign(how: Sign, input: string, keys: Map<string, IssuerKey>, jwks: unknown): Promise<string> {
  switch (how.op) {
    case 'empty':
      return ''
    case 'literal-b64':
      return how.b64 ?? ''
    case 'literal-bytes':
      return Buffer.from(how.hex ?? '', 'hex').toString('base64url')
    case 'ecdsa-rs':
      return Buffer.from(constant(how.r) + constant(how.s), 'hex').toString('base64url')
    case 'hmac':
      return createHmac(how.hash ?? '', secret(how.secret ?? '', keys, jwks))
        .update(input)
        .digest('base64url')
    case 'sign':
    case 'sign-der': {
      const key = keyOf(keys, how.key ?? '')
      // PS256 with a key made for RS256: WebCrypto would refuse, and any signature shows the point.
      const signature = await signBytes(Buffer.from(input), key)
      return mutate(how.op === 'sign-der' ? der(signature) : signature, how.mutate).toString('base64url')
    }
    default:
      throw new Error(`unknown op ${how.op}`)
  }
}

function constant(name: string | undefined): string {
  return name === 'n' || name === 'p' ? p384[name] : (name ?? '').padStart(96, '0')
}

function mutate(signature: Buffer, how: string | undefined): Buffer {
  const half = signature.length / 2
  if (how === 'append-00') return Buffer.concat([signature, Buffer.alloc(1)])
  if (how === 'truncate-1') return signature.subarray(0, -1)
  if (how === 'swap-rs') return Buffer.concat([signature.subarray(half), signature.subarray(0, half)])
  return signature
}

function der(signature: Buffer): Buffer {
  const half = signature.length / 2
  const integer = (bytes: Buffer) => Buffer.concat([Buffer.from([2, bytes.length + 1, 0]), bytes])
  const body = Buffer.concat([integer(signature.subarray(0, half)), integer(signature.subarray(half))])
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}

function secret(name: string, keys: Map<string, IssuerKey>, jwks: unknown): Buffer {
  const [kind = '', rest = ''] = name.split(':')
  if (kind === 'empty') return Buffer.alloc(0)
  if (kind === 'utf8') return Buffer.from(rest)
  if (kind === 'oct') return Buffer.from('oct secret')
  if (kind === 'jwks-json') return Buffer.from(JSON.stringify(jwks))
  const jwk = keyOf(keys, rest).publicJwk as JsonWebKey // node:crypto and jose type the same object.
  if (kind === 'jwk-n-b64url') return Buffer.from(jwk.n ?? '')
  if (kind === 'ec-raw-point') {
    return Buffer.concat([
      Buffer.from([4]),
      Buffer.from(jwk.x ?? '', 'base64url'),
      Buffer.from(jwk.y ?? '', 'base64url'),
    ])
  }
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  if (kind === 'der-spki') return key.export({ type: 'spki', format: 'der' })
  const pem = key.export({ type: 'spki', format: 'pem' }).toString()
  if (kind === 'pem-spki') return Buffer.from(pem)
  if (kind === 'pem-spki-crlf') return Buffer.from(pem.replaceAll('\n', '\r\n'))
  if (kind === 'pem-spki-leading-nonws') return Buffer.from(`x${pem}`)
  throw new Error(`unknown secret ${name}`)
}

/** One `post` edit of the finished token. */
function edit(token: string, how: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  switch (how) {
    case 'b64-std-signature':
      return `${header}.${payload}.${`+/${signature.slice(2)}`}`
    case 'pad-payload':
      return `${header}.${payload}=.${signature}`
    case 'newline-in-signature':
      return `${header}.${payload}.${signature.slice(0, 9)}\n${signature.slice(9)}`
    case 'noncanonical-b64-bits':
      return `${header}.${payload}.${signature}AB`
    case 'append-dot':
      return `${token}.`
    case 'prepend-segment':
      return `AAAA.${token}`
    case 'empty-payload':
      return `${header}..${signature}`
    case 'only-dots':
      return '..'
    case 'json-flattened':
      return JSON.stringify({ protected: header, payload, signature })
    case 'modify-payload-scope':
      return `${header}.${segment(decode(payload).replace('read admin', 'all  admin'))}.${signature}`
    case 'unicode-header-escape':
      return `${segment(decode(header).replace('{', '{"\\u0061lg":"none",'))}.${payload}.${signature}`
    default:
      throw new Error(`unknown edit ${how}`)
  }
}

function decode(part: string): string {
  return Buffer.from(part, 'base64url').toString('utf8')
}
