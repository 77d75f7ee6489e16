import { type ChatGptOptions, playChatGpt } from './chatgpt.ts'
import { playExchanged } from './exchanged.ts'
import { playFounding } from './founding.ts'
import type { Scene, StoryLine } from './story-line.ts'
import { conclusion, formatChapter, formatChecks } from './story-text.ts'
import { playSuspended } from './suspended.ts'

export type Story = {
  readonly isAsExpected: boolean
  /** alice's, for commands to paste afterwards. */
  readonly tokens: { readonly alice: string; readonly opaque: string }
}

export type StoryOptions = {
  readonly print: (text: string) => void
  /** Has opaque tokens exchanged from now on. Resolves to the line of the file that says so. */
  readonly exchangeOpaque: () => Promise<string>
  readonly chatgpt: ChatGptOptions
}

/** Plays the whole story, and prints each chapter when it is over. */
export async function playStory(
  scene: Scene,
  { print, exchangeOpaque, chatgpt }: StoryOptions,
): Promise<Story> {
  const lines: StoryLine[] = []
  const tell = (chapter: readonly StoryLine[], heading?: string) => {
    lines.push(...chapter)
    print(formatChapter({ lines: chapter, ...(heading !== undefined && { heading }) }))
  }
  const founding = await playFounding(scene)
  tell(founding.lines)
  const line = await exchangeOpaque()
  tell(await playExchanged(scene, founding.tokens.opaque), `\nOne more line in the file, ${line}:`)
  const suspended = await playSuspended(scene, founding.tokens.alice)
  tell(suspended.lines, '\nSomebody suspends alice in the console of Logto, and lets her in again:')
  print('\nNo API is the default one now, and ChatGPT asks for openid too:\n')
  const checks = await playChatGpt(scene, chatgpt)
  print(formatChecks(checks))
  const answers = [...lines, ...checks.map(({ outcome }) => ({ expected: outcome !== 'failed' }))]
  print(`\n${conclusion(answers)}`)
  return { isAsExpected: answers.every(({ expected }) => expected), tokens: suspended.tokens }
}

/** The founding chapter of all that the demo prints, without the words that it quotes, and the conclusion. */
export function storyOf(printed: readonly string[]): string {
  const [founding = ''] = printed.filter((text) => /^(?:ok|NO) {2}/m.test(text))
  const end = printed.find((text) => text.includes('answers are as expected')) ?? ''
  return `${founding.split('\n\n')[0]}\n\n...\n\n${end.trim()}`
}
