import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/process.ts'
import { createStage } from '../../support/stage.ts'
import { readVectors } from '../vector-file.ts'
import {
  configOf,
  configWith,
  type FileCase,
  type RoutingCase,
  type Translation,
  translate,
  type Unspeakable,
} from './case.ts'
import { matching, titleOf, type VectorRequest } from './request.ts'

type Case = FileCase & { readonly request: VectorRequest; readonly expect: string }
type Group = {
  readonly group: string
  readonly match: { readonly kind: string; readonly args: readonly string[] }
  readonly cases: readonly Case[]
}

/** Each group is one rule: what it matches is public, and there is nothing else. */
export function traefik(): readonly RoutingCase[] {
  return translate<Case, Group>('traefik', (one, { match }) => {
    const [argument = ''] = match.args
    if (match.kind === 'client_ip') return fromClient(argument, one)
    const config = configOfRule(match.kind, argument)
    return {
      title: titleOf(one.request),
      expected: one.expect,
      ask: config === undefined ? undefined : async () => matching(await createStage(config), one.request),
    }
  })
}

/** The peer of every test is 127.0.0.1, which is believed here. */
function fromClient(network: string, { request, expect }: Case): Translation {
  return {
    title: `from ${request.remote_addr}`,
    expected: expect,
    async ask() {
      const stage = await createStage(onNetworks(network))
      const headers = [['X-Forwarded-For', request.remote_addr ?? '']] as const
      return matching(stage, { ...request, headers })
    },
  }
}

function onNetworks(...networks: readonly string[]): string {
  const file = join(temporaryFolder(), 'networks')
  writeFileSync(file, networks.join('\n'))
  const api = { resource: 'https://api.test/', upstream: 'UPSTREAM', from: { file } }
  return configOf({ trustedProxies: ['127.0.0.1'], apis: { one: { ...api, routes: { '/**': 'public' } } } })
}

function configOfRule(kind: string, argument: string): string | undefined {
  if (kind === 'method') return configWith({ '/**': { [argument]: 'public' } })
  if (kind === 'host') return configWith({ '/**': 'public' }, { hosts: [argument] })
  if (kind === 'path_exact') return configWith({ [argument]: 'public' })
  if (kind.startsWith('path_prefix')) return configWith({ [`${argument}/**`]: 'public' })
  return undefined
}

const file = readVectors<{ invalid_rules_that_must_be_rejected_at_load: readonly string[] }>(
  'routing-traefik.json',
)

/** Its invalid rules, as the list of what is decided otherwise names them. */
export const traefikInvalid: readonly string[] = file.invalid_rules_that_must_be_rejected_at_load.map(nameOf)

function nameOf(rule: string): string {
  return `traefik invalid ${rule}`
}

const onPath = (path: string) => configWith({ [path]: 'public' })
const onHosts = (...hosts: string[]) => configWith({ '/**': 'public' }, { hosts })
const onProxies = (network: string) =>
  configOf({
    trustedProxies: [network],
    apis: { one: { resource: 'https://api.test/', upstream: 'UPSTREAM', routes: {} } },
  })

/** The same mistakes as far as they can be made here. */
const mistakes: Readonly<Record<string, string>> = {
  'ClientIP(`1`)': onProxies('1'),
  'ClientIP(``)': onProxies(''),
  'Method()': configWith({ '/x': { '': 'public' } }),
  'Method(`GET`, `POST`)': configWith({ '/x': { 'GET, POST': 'public' } }),
  'Host(``)': onHosts(''),
  'Host(`example.com`, `example.org`)': onHosts('example.com', 'example.org'),
  'HostRegexp(``)': onHosts('*'),
  'HostRegexp(`(example.com`)': onHosts('(example.com'),
  'Path()': onPath(''),
  'Path(`css`)': onPath('css'),
  'PathRegexp()': onPath('^$'),
  'PathRegexp(`/(css`)': onPath('/(css'),
  'PathPrefix()': onPath('**'),
  'PathPrefix(`css`)': onPath('css/**'),
  'Query(``)': onPath('/x?'),
  'Query(`q`, ``)': onPath('/x?q='),
  'QueryRegexp()': onPath('/x?*'),
  'QueryRegexp(`q`, `(traefik`)': onPath('/x?q=(traefik'),
}

export const traefikUnspeakable: readonly Unspeakable[] = [
  ...Object.entries(mistakes).map(([rule, config]) => ({ name: nameOf(rule), config })),
  { name: 'traefik HostRegexp:^[a-zA-Z-]+\\.com$', config: onHosts('^[a-zA-Z-]+\\.com$') },
  { name: 'traefik Query:mobile', config: onPath('/**?mobile') },
]
