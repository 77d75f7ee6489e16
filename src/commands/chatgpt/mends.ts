import type { Subject } from './visit.ts'

export const runsAnotherFile =
  'the gateway that answers runs with another file: have it read this one (SIGHUP), or name the other one'

/** Advice about an error of OAuth, whoever names it. */
export function mendOf(error: string, { client, chatgpt, issuer }: Subject): string | undefined {
  const server = issuer.isLogto ? 'Logto' : 'the authorization server'
  const mends: Readonly<Record<string, string>> = {
    access_denied:
      `give the user a role with a permission of ${chatgpt.resource}` +
      (chatgpt.facade === undefined
        ? `; without the facade, this API must be the Default API of ${server}, too (logto.defaultApi)`
        : ', and consent to a third-party application'),
    invalid_client:
      `SCOPEGATE_CLIENT_SECRET and ${client.id} must be secret and id of one application at ${server}: copy both ` +
      'again, and see whether the secret has expired',
    invalid_grant:
      'the code was used or has expired, or was made for another client or callback: run doctor again, without --code',
    invalid_request: `see what ${server} says about it; an expired secret is told so, too`,
    invalid_scope: `give the user a role that grants one of ${chatgpt.scopes.join(' ')}, then sign in again`,
    invalid_redirect_uri: `add the callback to the redirect URIs of ${client.id} at ${server}, to the letter`,
    invalid_target: `apis.${chatgpt.api}.resource must be the identifier of an API at ${server}, to the last slash`,
    temporarily_unavailable: `start ${server}, or see in the log of the gateway why it cannot be reached`,
    unauthorized_client: `the application ${client.id} must be a traditional web application`,
  }
  return Object.hasOwn(mends, error) ? mends[error] : undefined
}
