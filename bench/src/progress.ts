/** What is going on, on standard error: one line that changes on a terminal, a line for each step elsewhere. */
export type Progress = {
  /** A part of the whole begins, or went on: seconds that are left after it, as planned. */
  plan(secondsLeft: number): void
  step(text: string): void
  detail(text: string): void
  end(): void
}

export function createProgress(): Progress {
  const startedMs = performance.now()
  const out = process.stderr
  let current = ''
  let endsMs = startedMs
  const times = () => {
    const now = performance.now()
    const left = endsMs > now ? `, ${clock(endsMs - now)} left` : ''
    return `${clock(now - startedMs)}${left}`.padEnd(18)
  }
  const show = (text: string) => {
    if (out.isTTY) out.write(`\r\x1b[K${`${times()} ${text}`.slice(0, out.columns - 1)}`)
  }
  const ticking = setInterval(() => show(current), 1000).unref()
  return {
    plan(secondsLeft) {
      endsMs = performance.now() + secondsLeft * 1000
    },
    step(text) {
      current = text
      if (out.isTTY) show(text)
      else out.write(`${times()} ${text}\n`)
    },
    detail: (text) => show(`${current}: ${text}`),
    end() {
      clearInterval(ticking)
      if (out.isTTY) out.write('\r\x1b[K')
    },
  }
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
