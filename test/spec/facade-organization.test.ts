import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { exampleResource } from '../../src/dev/logto/data.ts'
import {
  chatgptBlock,
  createScripted,
  createStory,
  redeem,
  type Story,
  sendTokens,
  unsigned,
} from '../support/facade.ts'

// alice's own role grants `read`. In organization one she may write, in two nothing; bob is in none.

const [alice, bob] = ['7q6j4duell21', 'k2m8x0trv5ob']

async function createOrganizations(organization = 'org-one'): Promise<Story> {
  const story = await createStory(chatgptBlock(`organization: ${organization}`))
  const { data } = story.logto
  data.organizationRoles = [{ name: 'Editor', scopes: [], permissions: { [exampleResource]: ['write'] } }]
  data.organizations = [
    { id: 'org-one', name: 'One', members: { [alice]: ['Editor'] } },
    { id: 'org-two', name: 'Two', members: { [alice]: [], [bob]: [] } },
  ]
  return story
}

describe('tokens of one organization', () => {
  test.each([{}, { basic: true }, { json: true }])(
    'come by the code, and by every refresh: %o',
    async (how) => {
      const story = await createOrganizations()
      const first = await story.tokens({ scope: 'openid read write' }, 'alice', how)
      const claims = { organization_id: 'org-one', scope: 'write', aud: exampleResource }
      expect(decodeJwt(first['access_token'] ?? '')).toMatchObject(claims)
      const refresh = { grant_type: 'refresh_token', refresh_token: first['refresh_token'] ?? '' }
      const second = await story.token({ ...refresh, organization_id: 'org-two' }, how)
      expect(decodeJwt(second.members['access_token'] ?? '')).toMatchObject(claims)
      const posted = await story.call('/todos', {
        method: 'POST',
        token: first['access_token'] ?? '',
        body: '{}',
      })
      expect(posted.status).not.toBe(403)
      expect((await story.call('/todos', { token: first['access_token'] ?? '' })).status).toBe(403)
    },
  )

  test('are refused to a user who is no member, with the mend', async () => {
    const story = await createOrganizations()
    const code = (await story.signIn({}, 'bob')).get('code') ?? ''
    const answer = await story.token({ ...redeem, code })
    expect([answer.status, answer.members['error']]).toEqual([403, 'access_denied'])
    expect(answer.members['error_description']).toMatch(
      /no member of the organization org-one .* in Logto, add/,
    )
    expect(answer.members).not.toHaveProperty('refresh_token')
  })

  test('are refused to a member without a role there', async () => {
    const story = await createOrganizations('org-two')
    const code = (await story.signIn({}, 'alice')).get('code') ?? ''
    const answer = await story.token({ ...redeem, code })
    expect([answer.status, answer.members['error']]).toEqual([400, 'invalid_scope'])
  })
})

describe('a code for an organization', () => {
  const block = (more = '') => chatgptBlock(`organization: org-one${more}`)
  const union = unsigned({ scope: 'read write' })
  const ofOne = unsigned({ scope: 'write', organization_id: 'org-one' })

  test('is redeemed once, and its refresh token at once with organization and resource', async () => {
    const { token, issuer } = await createScripted((response, { form }) => {
      if (form.has('code')) return sendTokens(response, union, { refresh_token: 'r1' })
      sendTokens(response, ofOne, { refresh_token: 'r2' })
    }, block())
    const { members } = await token({ ...redeem, code_verifier: 'v' }, { basic: true })
    expect([members['access_token'], members['refresh_token']]).toEqual([ofOne, 'r2'])
    expect(issuer.asked.map(({ form }) => Object.fromEntries(form))).toEqual([
      { ...redeem, code_verifier: 'v', resource: exampleResource },
      {
        ...{ grant_type: 'refresh_token', refresh_token: 'r1', resource: exampleResource },
        organization_id: 'org-one',
      },
    ])
  })

  test('keeps the first refresh token where the second answer has none', async () => {
    const { token } = await createScripted((response, { form }) => {
      sendTokens(response, form.has('code') ? union : ofOne, form.has('code') ? { refresh_token: 'r1' } : {})
    }, block())
    expect((await token(redeem)).members['refresh_token']).toBe('r1')
  })

  test('never brings the token of all organizations, whatever Logto answers', async () => {
    const answers: [Record<string, unknown>, string][] = [
      [{}, 'invalid_target'],
      [{ refresh_token: 'r1' }, 'invalid_target'],
    ]
    for (const [more, error] of answers) {
      const { token } = await createScripted((response) => sendTokens(response, union, more), block())
      const answer = await token(redeem)
      expect([answer.status, answer.members['error']]).toEqual([400, error])
      expect(answer.body).not.toContain(union)
    }
  })

  test('counts twice against the total', async () => {
    const limits = ', limits: { total: 3/10s }'
    const { token, issuer } = await createScripted((response, { form }) => {
      sendTokens(response, form.has('code') ? union : ofOne, { refresh_token: 'r1' })
    }, block(limits))
    expect([(await token(redeem)).status, (await token(redeem)).status]).toEqual([200, 429])
    expect(issuer.asked).toHaveLength(2)
  })

  test('cannot be redeemed with an assertion, which is good for one call', async () => {
    const { token, issuer } = await createScripted((response) => sendTokens(response), block())
    const answer = await token({ ...redeem, client_assertion: 'a.b.c' }, { secret: '' })
    expect([answer.status, answer.members['error']]).toEqual([400, 'invalid_request'])
    expect(issuer.asked).toEqual([])
  })
})
