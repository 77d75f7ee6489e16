import { describe, expect, test } from 'vitest'
import { readFault } from '../../../src/config/read-fault.ts'

function fault(code: string | undefined, fileName = '/etc/hostname') {
  return readFault(fileName, Object.assign(new Error('whatever'), code && { code }), 'create it')
}

describe('a file that cannot be read', () => {
  test.each(['ENOENT', 'ENOTDIR'])('does not exist (%s)', (code) => {
    expect(fault(code)).toEqual({ kind: 'missing', message: 'does not exist: create it' })
  })

  test.each(['EACCES', 'EPERM'])('may not be read by this user (%s)', (code) => {
    const who = `uid ${process.getuid?.()}`
    const message = `cannot be read: ${who} may not read it: chmod 644, or chown it to that user`
    expect(fault(code)).toEqual({ kind: 'denied', message })
  })

  test('stands in a folder that may not be entered', () => {
    const { message } = fault('EACCES', '/no/such/folder/gateway.yaml')
    expect(message).toMatch(/^cannot be read: uid \d+ may not enter the folder \/no: chmod 755$/)
  })

  test('is a folder', () => {
    expect(fault('EISDIR')).toEqual({ kind: 'other', message: 'is a folder: name a file in it' })
  })

  test.each([
    ['EIO', 'cannot be read (EIO): create it'],
    [undefined, 'cannot be read (no reason known): create it'],
  ])('has another reason (%s)', (code, message) => {
    expect(fault(code).message).toBe(message)
  })
})
