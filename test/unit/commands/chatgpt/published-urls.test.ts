import { expect, test } from 'vitest'
import {
  hasCallbackOfChatGpt,
  isOnLoopback,
  missingTwins,
} from '../../../../src/commands/chatgpt/published-urls.ts'

test('a GPT comes back under both names of ChatGPT', () => {
  const [old, current] = ['chat.openai.com', 'chatgpt.com'].map(
    (host) => `https://${host}/aip/g-1/oauth/callback`,
  )
  expect(missingTwins([current ?? ''])).toEqual([old])
  expect(missingTwins([old ?? ''])).toEqual([current])
  expect(missingTwins([old ?? '', current ?? '', 'http://127.0.0.1:1/callback'])).toEqual([])
  expect(hasCallbackOfChatGpt([current ?? ''])).toBe(true)
  expect(hasCallbackOfChatGpt(['https://chatgpt.com.example/aip/g-1/oauth/callback'])).toBe(false)
})

test.each([
  ['http://127.0.0.1:80/x', true],
  ['http://localhost/x', true],
  ['http://[::1]:1/', true],
  ['http://127.example.com/', false],
  ['http://localhost.example.com/', false],
])('%s is on loopback: %s', (url, expected) => {
  expect(isOnLoopback(url)).toBe(expected)
})
