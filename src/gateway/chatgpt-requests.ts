import type { Decision } from '../access/decision.ts'
import type { ChatGptConfig } from '../config/chatgpt-config.ts'
import type { RequestHead } from '../http/request-head.ts'
import type { LongAnswers } from '../log/long-answers.ts'
import type { RecordKeeper } from '../log/request-record.ts'

/** Tells requests of ChatGPT apart, for the log alone. */
export type ChatGptRequests = {
  received(record: RecordKeeper, head: RequestHead): void
  decided(record: RecordKeeper, decision: Decision<unknown>): void
  /** The response is over. */
  over(record: RecordKeeper, tookMs: number): void
}

export function createChatGptRequests(
  { facade }: Pick<ChatGptConfig, 'facade'>,
  longAnswers: LongAnswers,
): ChatGptRequests {
  const clients = new Set(facade?.clients)
  return {
    received(record, { headers }) {
      record.claimed(claimIn(headers, 'openai-conversation-id'), claimIn(headers, 'openai-gpt-id'))
    },
    decided(record, { token }) {
      if (token?.clientId !== undefined && clients.has(token.clientId)) record.fromChatGpt()
    },
    over(keeper, tookMs) {
      const { record, characters } = keeper
      if (record.client === 'chatgpt') longAnswers(record, characters, tookMs)
    },
  }
}

/** In characters. Anybody can send such a header, as long as a header may be. */
const longestClaim = 64

function claimIn(headers: RequestHead['headers'], name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1]
    if (value && headers[i]?.toLowerCase() === name)
      return value.slice(0, longestClaim).replace(/[^\x21-\x7e]/g, '?')
  }
  return undefined
}
