import { expect, it } from 'vitest'
import { mask, unmask } from '../src/echo-socket.ts'

it('masks a message as RFC 6455 section 5.2 has it, and takes the mask off again', () => {
  const frame = mask('hello, world')
  expect([...frame.subarray(0, 2)]).toEqual([0x81, 0x8c])
  expect(frame.includes('hello')).toBe(false)
  expect(unmask(frame)).toEqual(Buffer.from('\x81\x0chello, world', 'latin1'))
})

it('takes the mask off by the key that the frame has', () => {
  // The example of RFC 6455 section 5.7.
  const frame = Buffer.from('818537fa213d7f9f4d5158', 'hex')
  expect(unmask(frame)).toEqual(Buffer.from('810548656c6c6f', 'hex'))
})
