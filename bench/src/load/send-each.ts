import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Load, runWrk } from './wrk.ts'

/**
 * Sends each token at least once. wrk begins with the first in every run and ends when its time is over, so
 * each run is given what the one before did not come to.
 */
export async function sendEach(
  load: Omit<Load, 'seconds' | 'expect' | 'tokensFile'>,
  tokens: readonly string[],
  folder: string,
): Promise<void> {
  const tokensFile = join(folder, 'tokens-left')
  for (let sent = 0; sent < tokens.length; ) {
    await writeFile(tokensFile, tokens.slice(sent).join('\n'))
    const { requests } = await runWrk({ ...load, tokensFile, seconds: 3, expect: 'success' }, folder)
    // One on each connection may be without its answer.
    sent += Math.max(1, requests - load.connections)
  }
}
