import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Algorithm } from '../peers/peer.ts'
import { createSigner, lifetimeSeconds, type Signer, signTokens } from './tokens.ts'

export type TokenSet = {
  readonly signer: Signer
  readonly tokens: readonly string[]
  /** What must be refused, and one that lacks the scope. */
  readonly faulty: Faulty
}

export type Faulty = Readonly<Record<'badSignature' | 'expired' | 'wrongAudience' | 'lackingScope', string>>

export const algorithms = ['ES384', 'ES256', 'RS256'] as const
export type TokenSets = { readonly issuerPort: number; readonly sets: Readonly<Record<Algorithm, TokenSet>> }
type Stored = { readonly issuerPort: number; readonly signedAt: number; readonly signers: readonly Signer[] }

/** Signing tens of thousands of ES384 tokens takes half a minute: they are kept between runs. */
export const cacheFolder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'scopegate-bench')

/** Tokens of the last run where they still do, else new ones. `isFree` says whether the issuer can have its port again. */
export async function openTokens(
  counts: Readonly<Record<Algorithm, number>>,
  ports: { isFree(port: number): Promise<boolean>; free(): Promise<number> },
  say: (text: string) => void,
): Promise<TokenSets> {
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 })
  const stored = await readStored()
  const usable = stored !== undefined && isYoung(stored) && (await ports.isFree(stored.issuerPort))
  const { issuerPort, signers } = usable ? stored : await createStored(await ports.free())
  const sets = await Promise.all(
    signers.map(
      async (signer) =>
        [signer.algorithm, await openSet(signer, counts[signer.algorithm], usable, say)] as const,
    ),
  )
  return { issuerPort, sets: Object.fromEntries(sets) as Record<Algorithm, TokenSet> } // One for each of `algorithms`.
}

/** `iss` of the tokens, which peers ask for its metadata and keys. */
export function issuerUrl(port: number, algorithm: Algorithm): string {
  return `http://127.0.0.1:${port}/${algorithm.toLowerCase()}`
}

async function openSet(
  signer: Signer,
  count: number,
  usable: boolean,
  say: (text: string) => void,
): Promise<TokenSet> {
  const file = join(cacheFolder, `tokens-${signer.algorithm}`)
  const known = usable ? (await readFile(file, 'latin1').catch(() => '')).split('\n').filter(Boolean) : []
  const sign = (missing: number, changed = {}) =>
    signTokens(signer, missing, changed, (done) =>
      say(`signing ${signer.algorithm} tokens: ${done} of ${missing}`),
    )
  const tokens = known.length >= count ? known : [...known, ...(await sign(count - known.length))]
  if (tokens !== known) await writeFile(file, tokens.join('\n'), { mode: 0o600 })
  const nowSeconds = Math.floor(Date.now() / 1000)
  const [expired = ''] = await sign(1, { iat: nowSeconds - 7200, exp: nowSeconds - 3600 })
  const [wrongAudience = ''] = await sign(1, { aud: 'https://other.example.com/' })
  const [lackingScope = ''] = await sign(1, { scope: 'other' })
  const badSignature = spoil((await sign(1))[0] ?? '')
  return {
    signer,
    tokens: tokens.slice(0, Math.max(count, 1)),
    faulty: { expired, wrongAudience, lackingScope, badSignature },
  }
}

/** Another character in the middle of the signature. */
export function spoil(token: string): string {
  const at = token.lastIndexOf('.') + 20
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}

function isYoung({ signedAt }: Stored): boolean {
  return Date.now() / 1000 < signedAt + lifetimeSeconds / 2
}

async function readStored(): Promise<Stored | undefined> {
  try {
    return JSON.parse(await readFile(join(cacheFolder, 'signers.json'), 'utf8')) // Ours; a broken one is as none.
  } catch {
    return undefined
  }
}

async function createStored(issuerPort: number): Promise<Stored> {
  const signers = await Promise.all(
    algorithms.map((algorithm) => createSigner(algorithm, issuerUrl(issuerPort, algorithm))),
  )
  const stored = { issuerPort, signedAt: Date.now() / 1000, signers }
  await writeFile(join(cacheFolder, 'signers.json'), JSON.stringify(stored), { mode: 0o600 })
  return stored
}
