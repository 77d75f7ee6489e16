import { describe, expect, test } from 'vitest'
import { createStage, guarding, type Stage } from '../support/stage.ts'

const routes = `
/any: { scopes: read, organization: any }
/orgs/{org}: { scopes: read, where: { organization_id: "{org}" } }
`
/** The issuer of a stage is `ORIGIN/oidc`, as that of Logto. */
function createLogtoStage(value: string): Promise<Stage> {
  return createStage(
    guarding(routes)
      .replace('url: ISSUER', 'logto: ORIGIN')
      .replace('upstream: UPSTREAM', `upstream: UPSTREAM\n    organizations: ${value}`),
  )
}

const organizationToken = { aud: 'urn:logto:organization:org1' }
const statusOf = async (stage: Stage, path: string, claims: Record<string, unknown>) =>
  (await stage.call(path, { token: await stage.token(claims) })).status

describe('with organizations: true', () => {
  test('the organization of a token is a condition, and told to the upstream', async () => {
    const stage = await createLogtoStage('true')
    expect(await statusOf(stage, '/orgs/org1', { organization_id: 'org1' })).toBe(200)
    expect(stage.upstreamHeader('X-Organization-Id')).toBe('org1')
    expect(await statusOf(stage, '/orgs/org2', { organization_id: 'org1' })).toBe(403)
  })

  test('a token that names no organization passes only where that does not matter', async () => {
    const stage = await createLogtoStage('true')
    expect(await statusOf(stage, '/orgs/org1', {})).toBe(403)
    expect(await statusOf(stage, '/any', {})).toBe(200)
    expect(stage.upstreamHeader('X-Organization-Id')).toBeUndefined()
  })

  test('an organization token is 401, and the mend is said', async () => {
    const stage = await createLogtoStage('true')
    const answer = await stage.call('/any', { token: await stage.token(organizationToken) })
    expect(answer.status).toBe(401)
    expect(answer.problem.detail).toMatch(/organization of Logto.*resource of this API/)
  })
})

describe('with organizations: tokens', () => {
  test('an organization token passes, and its aud names the organization', async () => {
    const stage = await createLogtoStage('tokens')
    expect(await statusOf(stage, '/orgs/org1', organizationToken)).toBe(200)
    expect(stage.upstreamHeader('X-Organization-Id')).toBe('org1')
    expect(await statusOf(stage, '/orgs/org2', organizationToken)).toBe(403)
    expect(await statusOf(stage, '/orgs/org1', { organization_id: 'org1' })).toBe(200)
  })

  test.each([
    ['another organization_id', { ...organizationToken, organization_id: 'org2' }],
    ['no organization', { aud: 'urn:logto:organization:' }],
    ['two organizations', { aud: ['urn:logto:organization:org1', 'urn:logto:organization:org2'] }],
  ])('one with %s is 401 (security)', async (_, claims) => {
    const stage = await createLogtoStage('tokens')
    expect(await statusOf(stage, '/any', claims)).toBe(401)
  })
})
