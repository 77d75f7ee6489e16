import { expect, test, vi } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { startProfileParts } from '../../support/profile.ts'

const seen = vi.hoisted(() => ({ isLoaded: false }))
vi.mock('../../../src/logto/profile.ts', async (original) => {
  seen.isLoaded = true
  return original()
})

test('the code that looks users up is loaded where a configuration asks for it, and nowhere else', async () => {
  const { config } = await startProfileParts()
  const gateway = await startGateway(config({ headers: '' }))
  await gateway.reload(config({ headers: '', more: 'limits: { headerCount: 50 }' }))
  expect(seen.isLoaded).toBe(false)
  await gateway.reload(config())
  await expect.poll(() => seen.isLoaded).toBe(true)
  await gateway.stop()
})
