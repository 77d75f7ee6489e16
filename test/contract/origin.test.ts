import { beforeAll, describe, expect, test } from 'vitest'
import { basic, type Logto, openLogto } from './logto.ts'
import { createMade, type MadeApplication } from './made.ts'

// Facts about the header Origin, which browsers send and proxies forward.

let logto: Logto
let application: MadeApplication
let machine: MadeApplication
beforeAll(async () => {
  logto = await openLogto()
  const made = createMade(logto)
  const customClientMetadata = { corsAllowedOrigins: ['https://page.example'] }
  application = await made.application('origins', { customClientMetadata })
  machine = await made.application('machine of origins', { type: 'MachineToMachine' })
})

/** A code that does not exist, sent by a page at this origin. */
const redeem = (origin: string) =>
  logto.post(
    'token',
    { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://app.example/callback' },
    { authorization: basic(application.id, application.secret), origin },
  )

describe('the token endpoint', () => {
  test.each(['https://elsewhere.example', 'https://app.example:8443', 'null'])(
    'refuses the Origin %s, which is not of the application: 400 invalid_request',
    async (origin) => {
      const { status, body, headers } = await redeem(origin)
      expect(status).toBe(400)
      expect(body).toMatchObject({
        code: 'oidc.invalid_request',
        error: 'invalid_request',
        error_description: `origin ${origin} not allowed for client: ${application.id}`,
      })
      expect(headers.get('access-control-allow-origin')).toBeNull()
    },
  )

  test.each(['https://app.example', 'https://page.example'])(
    'lets %s be, the origin of a redirect URI or one that corsAllowedOrigins names',
    async (origin) => {
      const { status, body, headers } = await redeem(origin)
      expect(status).toBe(400)
      expect(body).toMatchObject({ error: 'invalid_grant' })
      expect(headers.get('access-control-allow-origin')).toBe(origin)
    },
  )

  test('refuses any Origin for a machine', async () => {
    const fields = { grant_type: 'client_credentials', resource: logto.managementResource }
    const origin = 'https://app.example'
    const headers = { authorization: basic(machine.id, machine.secret), origin }
    expect(await logto.post('token', fields, headers)).toMatchObject({
      status: 400,
      body: { error_description: `origin ${origin} not allowed for client: ${machine.id}` },
    })
  })
})
