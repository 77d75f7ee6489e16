import { fields, key, needed } from './fields.ts'
import { pollInterval } from './units.ts'
import { literalPath, secret, text } from './values.ts'

const webhook = fields({
  path: needed(
    literalPath,
    'The path of the public listener that Logto calls.',
    'write one such as /.scopegate/logto',
  ),
  signingKey: needed(
    secret,
    'The signing key that Logto shows at the webhook.',
    'write it, such as "${file:/run/secrets/logto_webhook}"',
  ),
})

/** How the gateway hears whose access has ended before their tokens expire. */
export const revocation = fields({
  webhook: key(webhook, 'Where Logto tells of suspended and deleted users, and of less permissions.'),
  file: key(text, 'Where it is kept over a restart. One gateway, one file.'),
  poll: key(pollInterval, 'How often Logto is asked about the roles of users who were here.'),
})
