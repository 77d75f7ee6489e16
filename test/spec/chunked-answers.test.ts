import { describe, expect, test } from 'vitest'
import { createStage, guarding } from '../support/stage.ts'
import { always } from '../support/upstream.ts'

const chunked = (body: string) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`
const stageAnswering = (bytes: string) =>
  createStage(guarding('/**: public', 'timeouts: { response: 3s, idle: 3s }'), always(bytes))

describe('a chunked answer', () => {
  test.each([
    ['sizes with spaces behind them', '5  \r\nhello\r\n0\r\n\r\n'],
    ['sizes padded to a width, as old servers do', '5       \r\nhello\r\n0       \r\n\r\n'],
    ['sizes with zeros before them', '00000005\r\nhello\r\n0\r\n\r\n'],
    ['sizes in capitals', 'A\r\nhellohello\r\n0\r\n\r\n'],
    ['extensions', '5;name=value\r\nhello\r\n0\r\n\r\n'],
    ['trailers', '5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n'],
  ])('arrives whole when it has %s', async (_name, body) => {
    const stage = await stageAnswering(chunked(body))
    const answer = await stage.call('/x')
    expect(answer).toMatchObject({ status: 200, body: body.startsWith('A') ? 'hellohello' : 'hello' })
  })

  test.each([
    ['a size that is none', '5z\r\nhello\r\n0\r\n\r\n'],
    ['a space before the size', ' 5\r\nhello\r\n0\r\n\r\n'],
    ['a size too large', 'fffffffffffffffff\r\nhello\r\n0\r\n\r\n'],
    ['a chunk that is longer than its size', '4\r\nhello\r\n0\r\n\r\n'],
  ])('never looks whole when it has %s', async (_name, body) => {
    const stage = await stageAnswering(chunked(body))
    const answer = await stage.call('/x').catch((error: Error) => error)
    if (!(answer instanceof Error)) expect(answer.status).toBe(502)
  })
})
