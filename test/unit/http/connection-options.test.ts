import { expect, test } from 'vitest'
import { connectionOptions } from '../../../src/http/connection-options.ts'

test.each([
  ['keep-alive', [], false],
  ['close', [], false],
  ['', [], false],
  ['Upgrade', [], true],
  ['keep-alive, UPGRADE', [], true],
  ['X-User-Id,\tcookie ,, close', ['x-user-id', 'cookie'], false],
  ['upgrade-insecure-requests', ['upgrade-insecure-requests'], false],
  ['Content-Type, Content-Length', [], false],
] as const)('%j names the fields %j, and upgrade: %s', (value, fields, upgrade) => {
  expect(connectionOptions(value)).toEqual({ fields, upgrade })
})
