/** For whom the access tokens of one API are issued. */
export type Audience = {
  /** `aud` must contain one of these, byte for byte. Never empty. */
  readonly values: readonly string[]
  /**
   * Clients whose tokens may have no `aud` at all, where `issuer.accessToken` marks access tokens. Any token
   * of such a client passes then, whatever it was issued for. Default: none
   */
  readonly clients?: readonly string[]
  /**
   * Tokens that Logto made for an organization pass too (`aud: urn:logto:organization:<id>`), with the scopes
   * of the organization template. Default: false
   */
  readonly organizationTokens?: boolean
}

/** `aud` as a list (RFC 7519 section 4.1.3). */
export function audiencesOf(aud: unknown): readonly unknown[] {
  return Array.isArray(aud) ? aud : [aud]
}

/** Logto's `aud` of a token that was asked for an organization and for no API. */
const organizationAudience = 'urn:logto:organization:'

/** The organizations that `aud` names. */
export function organizationsOf(aud: unknown): readonly string[] {
  return audiencesOf(aud).flatMap((value) =>
    typeof value === 'string' && value.startsWith(organizationAudience)
      ? [value.slice(organizationAudience.length)]
      : [],
  )
}
