import type { Application, ApplicationSecret } from '../data.ts'
import { newId } from './objects.ts'
import { badInput, notThere, Refusal } from './reply.ts'
import type { Routes } from './route.ts'

const path = 'applications/:id/secrets'
const defaultName = 'Default secret'

/** The secrets of applications, of which there may be several, each until its end. */
export const secretRoutes: Routes = (objects) => [
  {
    method: 'GET',
    path,
    handle: ({ ids: [id] }) => ({ status: 200, body: secretsOf(objects.application(id)).map(secretView) }),
  },
  {
    method: 'POST',
    path,
    handle({ ids: [id], body: { name, expiresAt } }) {
      const application = objects.application(id)
      if (typeof name !== 'string' || name === '') throw badInput('Error in request body: name.')
      if (secretsOf(application).some((secret) => secret.name === name))
        throw new Refusal(422, 'application.secret_name_exists', 'Secret name already exists.')
      if (typeof expiresAt === 'number' && expiresAt <= Date.now())
        throw new Refusal(400, 'request.invalid_input', 'The expiry must be in the future.')
      const expiry = typeof expiresAt === 'number' && { expiresAt }
      const secret = { name, value: newId() + newId(), ...expiry }
      application.secrets = [...(application.secrets ?? []), secret]
      return { status: 201, body: secretView(secret) }
    },
  },
  {
    method: 'DELETE',
    path: `${path}/:name`,
    handle({ ids: [id, name = ''] }) {
      const application = objects.application(id)
      const secrets = application.secrets ?? []
      const others = secrets.filter((secret) => secret.name !== decodeURIComponent(name))
      if (others.length === secrets.length) throw notThere()
      application.secrets = others
      return { status: 204 }
    },
  },
]

function secretsOf({ secret, secrets = [] }: Application): ApplicationSecret[] {
  return secret === undefined ? secrets : [{ name: defaultName, value: secret }, ...secrets]
}

function secretView({ name, value, expiresAt }: ApplicationSecret) {
  return { name, value, expiresAt: expiresAt ?? null }
}
