import { describe, expect, test } from 'vitest'
import { configOf, fileWith, problemsOf } from '../../../support/config.ts'

describe('the admin listener', () => {
  test.each([
    ['listen: 0.0.0.0:8080\nadmin: { listen: "127.0.0.1:8080" }', true],
    ['listen: "[::]:9090"', true],
    ['listen: 127.0.0.1:9090', true],
    ['listen: 127.0.0.2:9090', false],
    ['listen: 127.0.0.1:0\nadmin: { listen: "127.0.0.1:0" }', false],
  ])('is on the public port with %j: %s', (top, same) => {
    expect(problemsOf(fileWith({ top })).some((problem) => problem.includes('this is the public port'))).toBe(
      same,
    )
  })
})

test('the certificate of the public listener is named in full, and left to it to be watched', () => {
  const files = 'test/cases/config/files'
  const config = configOf(fileWith({ top: `tls: { cert: ${files}/tls.crt, key: ${files}/tls.key }` }))
  expect(config.tls).toEqual({
    cert: `${process.cwd()}/${files}/tls.crt`,
    key: `${process.cwd()}/${files}/tls.key`,
    minVersion: 'TLSv1.2',
  })
})
