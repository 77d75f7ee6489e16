import type { KeyAlgorithm, KeyRing } from '../oidc/key-ring.ts'
import { badInput, notThere } from './reply.ts'
import type { Route } from './route.ts'

export type Keys = {
  readonly ring: KeyRing
  readonly rotate: (algorithm?: KeyAlgorithm, graceSeconds?: number) => Promise<void>
  /** Called when a key is gone. */
  readonly changed: () => void
}

const path = 'configs/oidc/private-keys'

/** The keys that sign tokens. No webhook hears of them. */
export function keyRoutes({ ring, rotate, changed }: Keys): Route[] {
  const list = () =>
    ring.keys.map(({ kid: id, kty }) => ({
      id,
      createdAt: 0,
      signingKeyAlgorithm: kty === 'EC' ? 'EC' : 'RSA',
    }))
  return [
    { method: 'GET', path, handle: () => ({ status: 200, body: list() }) },
    {
      method: 'POST',
      path: `${path}/rotate`,
      async handle({ body: { signingKeyAlgorithm: algorithm = 'EC', rotationGracePeriod: grace = 0 } }) {
        if (algorithm !== 'EC' && algorithm !== 'RSA')
          throw badInput('Error in request body: signingKeyAlgorithm.')
        if (typeof grace !== 'number') throw badInput('Error in request body: rotationGracePeriod.')
        await rotate(algorithm, grace)
        return { status: 200, body: list() }
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:keyId`,
      handle({ ids: [id = ''] }) {
        if (!ring.dropPrevious(id)) throw notThere()
        changed()
        return { status: 204 }
      },
    },
  ]
}
