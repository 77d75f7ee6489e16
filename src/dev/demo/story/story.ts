import { playExchanged } from './exchanged.ts'
import { playFounding } from './founding.ts'
import type { Scene, StoryLine } from './story-line.ts'
import { conclusion, formatChapter } from './story-text.ts'
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
}

/** Plays the whole story, and prints each chapter when it is over. */
export async function playStory(scene: Scene, { print, exchangeOpaque }: StoryOptions): Promise<Story> {
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
  print(`\n${conclusion(lines)}`)
  return { isAsExpected: lines.every(({ expected }) => expected), tokens: suspended.tokens }
}

/** The story among everything that the demo prints, without the words that it quotes. */
export function storyOf(printed: readonly string[]): string {
  const chapters = printed.filter((text) => /^(?:ok|NO) {2}/m.test(text))
  const end = printed.find((text) => text.includes('answers are as expected')) ?? ''
  const withoutQuotes = chapters.map((text) =>
    text.split('\n\n').filter((part) => !part.startsWith('About ')),
  )
  return [...withoutQuotes.map((parts) => parts.join('\n\n').trim()), end.trim()].join('\n\n')
}
