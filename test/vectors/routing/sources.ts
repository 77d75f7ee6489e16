import { agentgateway } from './agentgateway.ts'
import { auth0Bearer } from './auth0-bearer.ts'
import { authelia, autheliaUnspeakable } from './authelia.ts'
import type { RoutingCase, Unspeakable } from './case.ts'
import { envoy, envoyUnspeakable } from './envoy.ts'
import { oathkeeper, oathkeeperUnspeakable } from './oathkeeper.ts'
import { oauth2Proxy, oauth2ProxyUnspeakable } from './oauth2-proxy.ts'
import { traefik, traefikUnspeakable } from './traefik.ts'

/** Every case of every `routing-*.json`. */
export const routingCases: readonly RoutingCase[] = [
  ...agentgateway(),
  ...auth0Bearer(),
  ...authelia(),
  ...envoy(),
  ...oathkeeper(),
  ...oauth2Proxy(),
  ...traefik(),
]

/** Rules of the files that cannot be translated, written as somebody might try all the same. */
export const unspeakable: readonly Unspeakable[] = [
  ...autheliaUnspeakable,
  ...envoyUnspeakable,
  ...oathkeeperUnspeakable,
  ...oauth2ProxyUnspeakable,
  ...traefikUnspeakable,
]
