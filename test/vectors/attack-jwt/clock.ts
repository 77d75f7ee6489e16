import { onTestFinished, vi } from 'vitest'

export type StoppedClock = {
  /** As if the two seconds were over in which an issuer is not asked for its keys again. */
  passCooldown(): void
}

/**
 * Stops the clock by which keys and tokens are dated, for this test; timers go on. To be called before the
 * stage is made.
 */
export function stopClock(): StoppedClock {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  return { passCooldown: () => void vi.setSystemTime(Date.now() + 2000) }
}
