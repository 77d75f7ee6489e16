import { call } from './stage.ts'

export type Scrape = {
  readonly text: string
  readonly type: string | undefined
  /** Names of all families, in the order of the page. */
  readonly families: readonly string[]
  /** The sum of the lines of this name that have at least these labels; undefined when there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined
}

/** Asks the admin listener for `/metrics`. */
export async function scrape(adminPort: number, accept?: string): Promise<Scrape> {
  const { status, body, headers } = await call(adminPort, '/metrics', {
    headers: accept ? { Accept: accept } : {},
  })
  if (status !== 200) throw new Error(`/metrics is ${status}`)
  return {
    text: body,
    type: headers['content-type'],
    families: [...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name),
    value(name, labels = {}) {
      const lines = body
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
      const found = lines.filter((line) => wanted.every((pair) => line.includes(pair)))
      if (found.length === 0) return undefined
      return found.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
    },
  }
}
