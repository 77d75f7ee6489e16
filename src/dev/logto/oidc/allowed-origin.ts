import type { Application } from '../data.ts'

/**
 * Tells whether a browser's page at this origin may use the token endpoint and /oidc/me as this application.
 * So a proxy that forwards the `Origin` of its own caller is refused, as by Logto.
 */
export function isAllowedOrigin(application: Application | undefined, origin: string): boolean {
  if (application === undefined || application.type === 'MachineToMachine') return false
  const named = application.customClientMetadata?.['corsAllowedOrigins']
  return [...application.redirectUris.map(originOf), ...(Array.isArray(named) ? named : [])].includes(origin)
}

/** As in the error of oidc-provider. */
export function originProblem(origin: string, clientId: string): string {
  return `origin ${origin} not allowed for client: ${clientId}`
}

/** Undefined for a scheme of an app's own, such as `com.example.app:/callback`. */
function originOf(uri: string): string | undefined {
  const origin = URL.canParse(uri) ? new URL(uri).origin : 'null'
  return origin === 'null' ? undefined : origin
}
