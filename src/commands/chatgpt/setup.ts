import { setupLines } from './setup-text.ts'
import { loadChatGptFile } from './subject.ts'

export type SetupFlags = { readonly mcp: boolean }

/** `scopegate chatgpt setup`: says what to paste where. Exit status 0, or 1 when the file is at fault. */
export function setup(fileName: string, { mcp }: SetupFlags): number {
  const file = loadChatGptFile(fileName)
  if (file === undefined) return 1
  process.stdout.write(
    setupLines(file, mcp ? 'mcp' : 'actions')
      .map((line) => `${line}\n`)
      .join(''),
  )
  return 0
}
