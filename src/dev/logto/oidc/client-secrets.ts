import type { Provider } from 'oidc-provider'
import type { LogtoData } from '../data.ts'
import type { OidcProvider } from './load-provider.ts'
import { findApplication } from './resource-server.ts'

/** Lets every secret of an application in, while the provider knows only one. An expired one is 400. */
export function acceptAllSecrets(provider: Provider, oidc: OidcProvider, data: LogtoData): void {
  const compareWithDefault = provider.Client.prototype.compareClientSecret
  provider.Client.prototype.compareClientSecret = function compareClientSecret(actual) {
    const { secrets = [] } = findApplication(data, this.clientId) ?? {}
    const found = secrets.find(({ value }) => value === actual)
    if (found === undefined) return compareWithDefault.call(this, actual)
    const { expiresAt = Infinity } = found
    if (Date.now() >= expiresAt) throw new oidc.errors.InvalidRequest('client secret has expired')
    return true
  }
}
