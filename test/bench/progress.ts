/** What is going on, on standard error: one line that changes on a terminal, a line for each step elsewhere. */
export type Progress = { step(text: string): void; detail(text: string): void; end(): void }

export function createProgress(): Progress {
  const startedMs = performance.now()
  const out = process.stderr
  let current = ''
  const seconds = () => `${Math.round((performance.now() - startedMs) / 1000)} s`.padStart(6)
  const show = (text: string) => void (out.isTTY && out.write(`\r\x1b[K${seconds()}  ${text}`))
  return {
    step(text) {
      current = text
      if (out.isTTY) show(text)
      else out.write(`${seconds()}  ${text}\n`)
    },
    detail: (text) => show(`${current}: ${text}`),
    end: () => void (out.isTTY && out.write('\r\x1b[K')),
  }
}
