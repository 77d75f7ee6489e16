import { type Result, walk } from '../../../commands/chatgpt/checklist.ts'
import { stepsFor } from '../../../commands/chatgpt/steps.ts'
import { subjectOf } from '../../../commands/chatgpt/subject.ts'
import type { Config } from '../../../config/config.ts'
import { browse } from '../sign-in.ts'
import { type Scene, scope } from './story-line.ts'

export type ChatGptOptions = {
  /** The configuration in force. */
  readonly config: Config
  /** Of the application that is ChatGPT. */
  readonly secret: string
}

/**
 * A pretend ChatGPT goes along its whole checklist, as `scopegate chatgpt doctor` does, where it is hardest:
 * no API is the default one, and `openid` is asked for.
 */
export async function playChatGpt({ logto, alice }: Scene, options: ChatGptOptions): Promise<Result[]> {
  const { config, secret } = options
  const { chatgpt } = config
  const api = config.apis.find(({ name }) => name === chatgpt?.api)
  const issuer = config.issuers.get(chatgpt?.issuer ?? '')
  if (chatgpt === undefined || api === undefined || issuer === undefined)
    throw new Error('the configuration of the demo has no chatgpt')
  const subject = subjectOf({ config, chatgpt, api, issuer }, { mcp: false }, secret)
  if (typeof subject === 'string') throw new Error(subject)
  logto.setDefaultApi(false)
  try {
    return await walk(stepsFor(subject), {
      subject: { ...subject, scope: `openid ${scope}` },
      signIn: (url, redirectUri) => browse(url, redirectUri, { ...alice, scope }),
    })
  } finally {
    logto.setDefaultApi(true)
  }
}
