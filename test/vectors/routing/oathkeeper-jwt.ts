import { createIssuerKey } from '../../support/issuer.ts'
import { createStage, type Stage } from '../../support/stage.ts'
import { common, configOf, type FileCase, type Translation } from './case.ts'
import { send } from './request.ts'

export type JwtCase = FileCase & {
  readonly situation: string
  readonly token: string | Readonly<Record<string, unknown>>
  readonly expect: string
}

const scopeClaims = ['scp', 'scopes']

/** One audience of the two that Oathkeeper wants, and one issuer: the stage's own stands for `iss-2`. */
export function jwtValidation({ situation, token, expect }: JwtCase): Translation {
  const scope = scopeClaims.find((name) => typeof token === 'object' && name in token) ?? 'scope'
  const config = configOf({
    issuer: { url: 'ISSUER', algorithms: ['ES384'], claims: { scope } },
    apis: { one: { ...common, resource: 'aud-1', routes: { '/': { scopes: 'scope-1 scope-2' } } } },
  })
  return {
    title: situation,
    expected: expect,
    async ask() {
      const stage = await createStage(config)
      const text = typeof token === 'string' ? token : await signed(stage, token)
      return (await send(stage, {}, text)).upstream === undefined ? 'reject' : 'accept'
    },
  }
}

async function signed(stage: Stage, { alg, ...claims }: Readonly<Record<string, unknown>>): Promise<string> {
  const { scope: _, ...usual } = stage.issuer.claims('aud-1')
  const dated = Object.entries(claims).map(([name, value]) => [name, dateOf(value)])
  const all = { ...usual, ...Object.fromEntries(dated) }
  const iss = claims['iss'] === 'iss-2' ? stage.issuer.url : `https://${claims['iss']}.test`
  const key = alg === '<other alg>' ? { key: await createIssuerKey('RS256', stage.issuer.key.kid) } : {}
  return stage.issuer.sign({ ...all, iss }, key)
}

/** `+1h` and `-1h` */
function dateOf(value: unknown): unknown {
  const [, sign] = /^([+-])1h$/.exec(String(value)) ?? []
  if (sign === undefined) return value
  return Math.floor(Date.now() / 1000) + (sign === '+' ? 3600 : -3600)
}
