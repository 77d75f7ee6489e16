import type { Config } from '../../src/config/config.ts'
import { operationsIn, requestPath, scopeSets } from './published.ts'
import { askRoutes } from './route-table.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * Where a published document says another thing than the gateway: requests that it refuses with exactly the
 * scopes that the document asks for, and requests that it lets through with less.
 */
export async function differences(document: Json, config: Config): Promise<string[]> {
  const ask = askRoutes(config)
  const found: string[] = []
  for (const each of operationsIn(document)) {
    const path = requestPath(document, each)
    const sets = scopeSets(each)
    const say = async (scopes: readonly string[] | undefined, isRight: (answer: string) => boolean) => {
      const answer = await ask(each.method, path, scopes)
      if (!isRight(answer)) found.push(`${each.method} ${path} with ${scopes ?? 'no token'}: ${answer}`)
    }
    await say(undefined, (answer) => (answer === 'allow') === (sets === undefined))
    for (const set of sets ?? []) {
      await say(set, (answer) => answer === 'allow')
      for (const scope of set) {
        const less = set.filter((other) => other !== scope)
        const isEnough = (sets ?? []).some((other) => other.every((one) => less.includes(one)))
        await say(less, (answer) => (answer === 'allow') === isEnough)
      }
    }
  }
  return found
}
