import type { Config } from '../../src/config/config.ts'
import { type LoadResult, parseConfig } from '../../src/config/load.ts'

type Environment = Readonly<Record<string, string>>

function load(text: string, env: Environment): LoadResult {
  return parseConfig(text, { fileName: 'gateway.yaml', env })
}

/** The configuration that a text without any issue is decoded to. */
export function configOf(text: string, env: Environment = {}): Config {
  const { config, issues } = load(text, env)
  if (config === undefined || issues.length > 0) throw new Error(JSON.stringify(issues))
  return config
}

/** The issues of a text: `path: message`, warnings with a mark. */
export function problemsOf(text: string, env: Environment = {}): string[] {
  return load(text, env).issues.map(
    ({ path, severity, message }) => `${path}:${severity === 'warning' ? ' warning:' : ''} ${message}`,
  )
}

/** A file with one API, and an issuer. */
export function fileWith({ routes = '{ /x: read }', api = '', top = '' } = {}): string {
  const members = `resource: https://a.test/, upstream: http://a.test, routes: ${routes}${api && `, ${api}`}`
  return `issuer: { logto: https://tenant.logto.app }\napis: { a: { ${members} } }\n${top}\n`
}
