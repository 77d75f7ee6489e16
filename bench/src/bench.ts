import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Algorithm, Peer } from './peers/peer.ts'
import type { Plan } from './plan.ts'
import type { Progress } from './progress.ts'
import type { SubjectPlace } from './subject.ts'
import { issuerUrl, type TokenSets } from './workload/token-store.ts'
import { resource } from './workload/tokens.ts'

/** What every section is given. */
export type Bench = {
  readonly plan: Plan
  readonly progress: Progress
  /** Gone at the end. */
  readonly folder: string
  readonly tokens: TokenSets
  readonly upstreamPort: number
  /** Those that can be had here. */
  readonly peers: readonly Peer[]
}

export function placeFor(
  { tokens, folder, upstreamPort }: Bench,
  algorithm: Algorithm,
  upstream = upstreamPort,
): SubjectPlace {
  const issuer = issuerUrl(tokens.issuerPort, algorithm)
  const jwksFile = jwksFileIn(folder, algorithm)
  return { upstreamPort: upstream, jwksFile, jwksUrl: `${issuer}/jwks`, issuer, resource, algorithm }
}

export function jwksFileIn(folder: string, algorithm: Algorithm): string {
  return join(folder, `jwks-${algorithm}.json`)
}

/** The first token of an algorithm, as a header. */
export function bearer({ tokens }: Bench, algorithm: Algorithm): { readonly Authorization: string } {
  return { Authorization: `Bearer ${tokens.sets[algorithm].tokens[0]}` }
}

let written = 0

/** Some tokens as a file, one a line. Throws when there are not so many. */
export async function tokensFile(
  bench: Bench,
  algorithm: Algorithm,
  count: number,
  skip = 0,
): Promise<string> {
  const some = bench.tokens.sets[algorithm].tokens.slice(skip, skip + count)
  if (some.length < count)
    throw new Error(
      `${skip + count} ${algorithm} tokens are needed, but only ${bench.tokens.sets[algorithm].tokens.length} were signed`,
    )
  written += 1
  const file = join(bench.folder, `tokens-${written}`)
  await writeFile(file, some.join('\n'))
  return file
}
