import { callbacksConfigured, clocksAgree, oneRootDomain, reachedByHttps } from './address-checks.ts'
import { callIsAllowed, callIsRefused, secondCallIsAllowed } from './call-checks.ts'
import type { Check } from './checklist.ts'
import { documentIsPublished, manifestIsPublished } from './document-checks.ts'
import { refusesWithoutToken } from './gateway-checks.ts'
import {
  challengeLeadsToMetadata,
  metadataInPathForm,
  metadataInRootForm,
  resourceIsHere,
} from './resource-checks.ts'
import { clientIsKnown, pkceIsOffered, serverAnswers, serverMetadataPlaces } from './server-checks.ts'
import { signInBegins, userSignsIn } from './sign-in-checks.ts'
import { codeIsExchanged, refreshTokenCame, tokenIsForApi, tokenIsRefreshed } from './token-checks.ts'
import type { Subject } from './visit.ts'

/** The checklist of a surface, in the order in which ChatGPT comes to its parts. */
export function stepsFor({ surface, chatgpt }: Pick<Subject, 'surface' | 'chatgpt'>): readonly Check[] {
  if (surface === 'mcp') return [...mcp, ...signedIn]
  return [
    reachedByHttps,
    callbacksConfigured,
    refusesWithoutToken,
    ...(chatgpt.openapi === undefined ? [] : [documentIsPublished]),
    ...(chatgpt.manifest === undefined ? [] : [manifestIsPublished]),
    serverAnswers,
    clocksAgree,
    oneRootDomain,
    ...signedIn,
  ]
}

const mcp: readonly Check[] = [
  reachedByHttps,
  resourceIsHere,
  refusesWithoutToken,
  challengeLeadsToMetadata,
  metadataInPathForm,
  metadataInRootForm,
  serverAnswers,
  clocksAgree,
  serverMetadataPlaces,
  pkceIsOffered,
  clientIsKnown,
]

const signedIn: readonly Check[] = [
  signInBegins,
  userSignsIn,
  codeIsExchanged,
  tokenIsForApi,
  refreshTokenCame,
  callIsAllowed,
  callIsRefused,
  tokenIsRefreshed,
  secondCallIsAllowed,
]
