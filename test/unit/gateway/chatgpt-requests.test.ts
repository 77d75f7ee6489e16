import { expect, test } from 'vitest'
import { createChatGptRequests } from '../../../src/gateway/chatgpt-requests.ts'
import { readRequestHead } from '../../../src/http/request-head.ts'
import { RecordKeeper } from '../../../src/log/request-record.ts'
import { accessToken } from '../../support/access-token.ts'

const facade = {
  clients: ['gpt1'],
  redirectUris: [],
  refresh: true,
  openid: 'drop',
  limits: { perAddress: { most: 1, windowMs: 1 }, total: { most: 1, windowMs: 1 } },
} as const

function keeperOf(headers: readonly string[] = []) {
  const heard: number[] = []
  const requests = createChatGptRequests({ facade }, (_, characters) => void heard.push(characters))
  const head = readRequestHead('GET', '1.1', ['Host', 'a.test', ...headers], { headerCount: 100 })
  if ('code' in head) throw new Error(head.detail)
  const keeper = new RecordKeeper('r1', 'GET', undefined)
  requests.received(keeper, head)
  return { keeper, requests, heard }
}

test('the first of several claims counts, whatever the case of its name', () => {
  const { keeper } = keeperOf(['OPENAI-GPT-ID', 'g-1', 'openai-gpt-id', 'g-2'])
  expect(keeper.record).toMatchObject({ gpt: 'g-1', conversation: undefined })
})

test('characters are counted for ChatGPT alone, across chunks that split one', () => {
  const { keeper, requests, heard } = keeperOf()
  requests.over(keeper, 0)
  requests.decided(keeper, {
    outcome: 'allow',
    route: undefined,
    token: accessToken({}, { clientId: 'gpt1' }),
  })
  const bytes = Buffer.from('a\u00e4\u20ac\u{1f600}')
  for (let i = 0; i < bytes.length; i++) keeper.sentChunk(bytes.subarray(i, i + 1))
  requests.over(keeper, 0)
  expect(heard).toEqual([4])
  expect(keeper.record).toMatchObject({ client: 'chatgpt', bytesOut: bytes.length })
})

test.each([
  ['another client', { clientId: 'app1' }],
  ['no client', { clientId: undefined }],
])('a token of %s is not of ChatGPT', (_, facts) => {
  const { keeper, requests, heard } = keeperOf()
  requests.decided(keeper, { outcome: 'allow', route: undefined, token: accessToken({}, facts) })
  keeper.sentChunk(Buffer.from('abc'))
  requests.over(keeper, 0)
  expect(keeper.record.client).toBeUndefined()
  expect(heard).toEqual([])
})
