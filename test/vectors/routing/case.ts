import type { Issue } from '../../../src/config/issue.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { readVectors } from '../vector-file.ts'

/** One case of a routing file, translated. */
export type RoutingCase = {
  readonly id: string
  /** The source and the group in its file: `authelia QueryPolicy`. */
  readonly group: string
  readonly title: string
  readonly tag: string | undefined
  /** The outcome that the vector wants, in the words of `ask`. */
  readonly expected: string
  /** Puts the case to a gateway; undefined where its rules cannot be said in a configuration. */
  readonly ask: (() => Promise<string>) | undefined
}

/** Something that must not be accepted as a configuration. */
export type Unspeakable = { readonly name: string; readonly config: string }

export type FileCase = { readonly id: string; readonly tag?: string }
type FileGroup<C extends FileCase> = { readonly group: string; readonly cases: readonly C[] }

export type Translation = Pick<RoutingCase, 'title' | 'expected' | 'ask'>

/** `routing-<source>.json`, case by case. */
export function translate<C extends FileCase, G extends FileGroup<C> = FileGroup<C>>(
  source: string,
  how: (one: C, group: G) => Translation,
): RoutingCase[] {
  const { groups } = readVectors<{ groups: readonly G[] }>(`routing-${source}.json`)
  return groups.flatMap((group) =>
    group.cases.map((one) => ({
      id: one.id,
      group: `${source} ${group.group}`,
      tag: one.tag,
      ...how(one, group),
    })),
  )
}

/** A configuration from its top-level keys; ISSUER and UPSTREAM stand for the URLs of a stage. */
export function configOf(keys: {
  readonly apis: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly issuer?: Readonly<Record<string, unknown>>
  readonly trustedProxies?: readonly string[]
}): string {
  const all = { issuer: { url: 'ISSUER' }, ...keys }
  return Object.entries(all)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n')
}

/** One API for every host that nothing else is known of. */
export function configWith(routes: Readonly<Record<string, unknown>>, api: object = {}): string {
  return configOf({ apis: { one: { ...common, routes, ...api } } })
}

/** The members that every API here has. */
export const common = { resource: 'https://api.test/', upstream: 'UPSTREAM' }

export const refusedAtLoad = 'refused at load'

/** Whether a configuration is taken at all. */
export function loading(config: string): 'accepted' | typeof refusedAtLoad {
  return issuesIn(config).some(({ severity }) => severity === 'error') ? refusedAtLoad : 'accepted'
}

/** The issues of a configuration. */
export function issuesIn(config: string): readonly Issue[] {
  const filled = config.replaceAll('ISSUER', 'https://issuer.test').replaceAll('UPSTREAM', 'http://127.0.0.1')
  return parseConfig(filled, { fileName: 'gateway.yaml', env: {} }).issues
}
