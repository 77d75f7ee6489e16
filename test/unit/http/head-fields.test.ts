import { expect, test } from 'vitest'
import { headFaults } from '../../../src/http/head-fault.ts'
import { gatherFields } from '../../../src/http/head-fields.ts'

test('a head without fields holds nothing', () => {
  const fields = gatherFields([])
  expect(fields.namesUpgrade).toBe(false)
  expect(new Set(Object.values(fields))).toEqual(new Set([undefined, false]))
})

test('the fields that decide are found in any case, as they were sent', () => {
  const fields = gatherFields(['HOST', ' a ', 'x-Request-ID', 'r', 'Accept', '*/*', 'UPGRADE', 'WebSocket'])
  expect(fields).toMatchObject({ host: ' a ', requestId: 'r', upgrade: 'WebSocket', fault: undefined })
})

test.each([
  ['Host', headFaults.host],
  ['Authorization', headFaults.authorization],
  ['Content-Length', headFaults.contentLength],
  ['Transfer-Encoding', headFaults.coding],
  ['Content-Type', headFaults.contentType],
])('a second %s is a fault, the same value or not', (name, fault) => {
  expect(gatherFields([name, '1', name.toUpperCase(), '1']).fault).toBe(fault)
})

test('the first of several faults is kept', () => {
  const fields = gatherFields(['Host', 'a', 'Content-Type', 't', 'Content-Type', 't', 'Host', 'a'])
  expect(fields.fault).toBe(headFaults.contentType)
})

test('other fields that come twice are joined, so that no check accepts them', () => {
  const fields = gatherFields([
    'Origin',
    'a',
    'Origin',
    'b',
    'Sec-WebSocket-Version',
    '13',
    'X-Request-Id',
    'r',
  ])
  expect(fields).toMatchObject({ origin: 'a, b', webSocketVersion: '13', fault: undefined })
})

test('method overrides are found in every spelling', () => {
  const names = ['X-HTTP-Method-Override', 'x_http_method', 'X.Method.Override', '-X-Method-Override-']
  expect(gatherFields(names.flatMap((name) => [name, name])).overrides).toEqual(names)
  expect(gatherFields(['X-Http-Methods', 'PUT', 'My-X-Http-Method', 'PUT']).overrides).toBeUndefined()
})

test('Connection options are gathered over all its instances', () => {
  const fields = gatherFields(['Connection', 'close, A', 'connection', 'upgrade', 'CONNECTION', 'b'])
  expect(fields).toMatchObject({ connectionOptions: ['a', 'b'], namesUpgrade: true })
})
