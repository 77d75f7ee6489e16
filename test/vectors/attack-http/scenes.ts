import { isIP } from 'node:net'
import { expect } from 'vitest'
import { sendRaw } from '../../support/raw.ts'
import { createStage, guarding } from '../../support/stage.ts'
import { always } from '../../support/upstream.ts'
import { facadeScenes } from './facade.ts'
import { floods } from './floods.ts'
import type { HttpVector, Scene } from './vector.ts'

/** The vectors that need other settings than the common ones, or an upstream that misbehaves. */
export const scenes: Readonly<Record<string, Scene>> = {
  'HOST-031': staysAtItsHost,
  'HOST-033': staysAtItsHost,
  'HOST-035': staysAtItsHost,
  'FWD-032': forwardsAddressesOnly,
  'PIPE-011': refusesForeignTunnel,
  ...floods,
  ...facadeScenes,
}

/** One host has rules, every other one lies open: no spelling of the first may count as another. */
async function staysAtItsHost({ raw }: HttpVector): Promise<void> {
  const stage = await createStage(`
issuer: { url: ISSUER }
apis:
  guarded: { hosts: [gateway.test], resource: https://api.test/, upstream: UPSTREAM, routes: { /admin/**: admin } }
  open: { resource: https://open.test/, upstream: UPSTREAM, routes: { /**: public } }
`)
  const answer = await sendRaw(stage.gateway.port, raw)
  expect([400, 401]).toContain(answer.status)
  expect(stage.upstream.received()).toBe('')
}

async function forwardsAddressesOnly({ raw }: HttpVector): Promise<void> {
  const stage = await createStage(guarding('/public/**: public', 'trustedProxies: [127.0.0.1/32]'))
  expect((await sendRaw(stage.gateway.port, raw)).status).toBe(200)
  const hops = stage.upstreamHeader('x-forwarded-for')?.split(',') ?? []
  expect(hops).not.toEqual([])
  expect(hops.filter((hop) => isIP(hop.trim()) === 0)).toEqual([])
}

async function refusesForeignTunnel({ raw }: HttpVector): Promise<void> {
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'
  const stage = await createStage(guarding('/public/**: public'), always(switching))
  const answer = await sendRaw(stage.gateway.port, `${raw}through the tunnel`, 700)
  expect(answer.status).toBe(502)
  expect(stage.upstream.received()).not.toContain('through')
}
