import { asciiJson } from '../../http/ascii-json.ts'
import type { Responded } from '../own-endpoint.ts'
import { tokenHeaders } from './oauth-error.ts'
import type { TokenAnswer } from './token-call.ts'

/** Hands on that the authorization server refused. The log has its code, and nothing else of its words. */
export function relayedError({ status, members, headers }: TokenAnswer): Responded {
  const error = members['error']
  const name =
    typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : 'an error without a code of OAuth'
  const mend = mends.get(name)
  return {
    outcome: 'respond',
    status,
    headers: [...tokenHeaders, ...headers],
    body: asciiJson(members),
    problem: {
      code: 'authorization_server_refused',
      detail: `The authorization server answered ${status} ${name}${mend === undefined ? '' : `: ${mend}`}`,
    },
  }
}

const mends: ReadonlyMap<string, string> = new Map([
  [
    'invalid_client',
    'compare id and secret in the GPT editor with the application, and see whether the secret expired',
  ],
  [
    'invalid_grant',
    'the code or refresh token was used, has expired, was revoked, or is of another client: sign in again',
  ],
  [
    'invalid_target',
    'it knows no such API: apis.*.resource must be the identifier that it has, to the last slash',
  ],
  ['access_denied', 'the user may not have such a token'],
  ['unauthorized_client', 'allow the application to use this grant'],
])
