import type { Settings } from '../data.ts'
import { badInput, notThere } from './reply.ts'
import type { Routes } from './route.ts'

/** Settings of the tenant: the scripts for custom claims, and documents that name clients. */
export const configRoutes: Routes = ({ data }) => {
  const settings = (): Settings => {
    data.settings ??= {}
    return data.settings
  }
  return [
    {
      method: 'PUT',
      path: 'configs/jwt-customizer/:tokenTypePath',
      handle({ ids: [kind], body: { script } }) {
        if (!isKind(kind)) throw notThere()
        if (typeof script !== 'string') throw badInput('Error in request body: script.')
        const { claims = {} } = settings()
        const status = claims[kind] === undefined ? 201 : 200
        settings().claims = { ...claims, [kind]: script }
        return { status, body: { script } }
      },
    },
    {
      method: 'DELETE',
      path: 'configs/jwt-customizer/:tokenTypePath',
      handle({ ids: [kind] }) {
        const { claims = {} } = settings()
        if (!isKind(kind) || claims[kind] === undefined) throw notThere()
        const { [kind]: _, ...others } = claims
        settings().claims = others
        return { status: 204 }
      },
    },
    {
      method: 'PATCH',
      path: 'configs/cimd',
      handle({ body: { enabled } }) {
        if (typeof enabled !== 'boolean') throw badInput('Error in request body: enabled.')
        settings().cimd = enabled
        return { status: 200, body: { enabled } }
      },
    },
  ]
}

type Kind = keyof NonNullable<Settings['claims']>

function isKind(kind: string | undefined): kind is Kind {
  return kind === 'access-token' || kind === 'client-credentials'
}
