import type { Config } from '../config/config.ts'
import { messageOf } from '../errors.ts'
import { callIssuer, type IssuerResponse } from '../issuer/call-issuer.ts'
import { isJsonObject } from '../issuer/json-object.ts'
import { readKeys } from '../issuer/json-web-key.ts'
import { loadJwks } from '../issuer/jwks.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import { printableText } from '../issuer/printable-text.ts'
import { printableUrl } from '../issuer/printable-url.ts'
import { type Finding, faultOf, hintOf } from './finding.ts'

/** Examines what the issuer publishes, as the gateway sees it: discovery, name, clock, keys. */
export async function examineIssuer({
  config,
  issuer,
}: {
  readonly config: Pick<Config, 'tokens'>
  readonly issuer: IssuerOptions
}): Promise<Finding[]> {
  const url = `${issuer.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const askedMs = Date.now()
  const answer = await callIssuer(url, issuer, { method: 'GET' }).catch((error) => messageOf(error))
  if (typeof answer === 'string')
    return [faultOf(`discovery: ${answer}: correct issuer.logto, or start Logto`)]
  return [
    ...clockFindings(answer, askedMs, config.tokens.clockToleranceMs),
    ...documentFindings(answer, url, issuer),
    ...(await keyFindings(issuer)),
  ]
}

/** `Date` has whole seconds, and is made some time between question and answer. */
function clockFindings({ headers }: IssuerResponse, askedMs: number, toleranceMs: number): Finding[] {
  const theirs = Date.parse(headers.date ?? '')
  if (Number.isNaN(theirs)) return []
  const ahead = theirs - Date.now()
  const behind = askedMs - (theirs + 1000)
  const skew = Math.max(ahead, behind)
  if (skew <= toleranceMs) return []
  const text = `the clock of the issuer is ${Math.round(skew / 1000)} s ${ahead > behind ? 'ahead' : 'behind'}`
  return [faultOf(`${text}, more than tokens.clockTolerance: set both clocks by the network`)]
}

function documentFindings({ status, text }: IssuerResponse, url: string, issuer: IssuerOptions): Finding[] {
  const document = status === 200 ? parse(text) : undefined
  if (!isJsonObject(document))
    return [
      faultOf(`discovery: ${printableUrl(url)} answers ${status} and no document: is issuer.logto a Logto?`),
    ]
  const { issuer: iss, jwks_uri: jwksUri } = document
  const names = [issuer.issuer, ...(issuer.also ?? [])]
  const findings: Finding[] = []
  if (!names.some((name) => name === iss))
    findings.push(
      faultOf(
        `tokens have the iss ${printableText(iss)}, which is not accepted: write issuer.also: ` +
          `[${printableText(iss)}], or correct ENDPOINT at Logto`,
      ),
    )
  if (issuer.jwksUri === undefined && issuer.jwksFile === undefined) findings.push(...keyPlace(jwksUri, url))
  return findings
}

function keyPlace(jwksUri: unknown, url: string): Finding[] {
  const here = new URL(url)
  const there = typeof jwksUri === 'string' && URL.canParse(jwksUri) ? new URL(jwksUri) : undefined
  if (there === undefined) return [faultOf('discovery names no jwks_uri: set issuer.jwksUri')]
  if (there.origin === here.origin) return []
  const part =
    there.hostname !== here.hostname ? 'host' : there.protocol !== here.protocol ? 'scheme' : 'port'
  const mend =
    part === 'scheme'
      ? 'set TRUST_PROXY_HEADER=1 at Logto, or issuer.jwksUri'
      : 'set issuer.jwksUri if that is right'
  return [faultOf(`jwks_uri has another ${part} than the issuer, ${printableUrl(there.href)}: ${mend}`)]
}

async function keyFindings(issuer: IssuerOptions): Promise<Finding[]> {
  try {
    const jwks = await loadJwks(issuer)
    const usable = await readKeys(jwks, issuer.algorithms)
    if (usable.length === 0)
      return [
        faultOf(
          'no key of the issuer may verify access tokens: issuer.algorithms admits none of their algorithms',
        ),
      ]
    const keys = isJsonObject(jwks) && Array.isArray(jwks['keys']) ? jwks['keys'] : []
    const kinds = new Set(keys.map((key) => (isJsonObject(key) ? String(key['kty']) : '')))
    if (kinds.size < 2) return []
    return [hintOf(`keys of ${kinds.size} types are published: right for a while after a rotation`)]
  } catch (error) {
    // Where the document is at fault, that has been said already.
    return /jwks_uri|names another issuer|openid-configuration/.test(messageOf(error))
      ? []
      : [faultOf(`keys: ${messageOf(error)}`)]
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
