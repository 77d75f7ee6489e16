import { openBrowser } from './browser.ts'
import { listenForCallback } from './callback.ts'
import { CheckFault } from './check-fault.ts'
import { isOnLoopback } from './published-urls.ts'
import { ask } from './secret-prompt.ts'
import type { SignIn } from './visit.ts'

/** Longest time that a person takes to sign in, in milliseconds. */
const signInMs = 300_000
/** Time between two signs that this program is still there, in milliseconds. */
const progressMs = 15_000

export type BrowserOptions = {
  /** False: the URL is only printed. */
  readonly opens: boolean
  /** Writes to standard error, which is not part of the report. */
  readonly tell: (line: string) => void
}

/** A person signs in with a browser, and this program waits for it on loopback. */
export function browserSignIn({ opens, tell }: BrowserOptions): SignIn {
  return async (url, redirectUri, state) => {
    if (!isOwnPlace(redirectUri)) return pastedQuery(url, redirectUri, state, tell)
    const callback = await listenForCallback(redirectUri, state, signInMs)
    const isOpened = opens && (await openBrowser(url))
    tell(isOpened ? 'Sign in with the browser that has opened, or with this URL:' : 'Sign in with this URL:')
    tell(url)
    const startMs = performance.now()
    const progress = setInterval(
      () => tell(`waiting for the browser at ${redirectUri}: ${secondsSince(startMs)} s`),
      progressMs,
    )
    try {
      return await callback.query
    } finally {
      clearInterval(progress)
      callback.close()
    }
  }
}

function secondsSince(startMs: number): number {
  return Math.round((performance.now() - startMs) / 1000)
}

export function isOwnPlace(redirectUri: string): boolean {
  return redirectUri.startsWith('http://') && isOnLoopback(redirectUri)
}

/** At a callback of ChatGPT itself nobody can wait, but its address can be copied out of the browser. */
async function pastedQuery(
  url: string,
  redirectUri: string,
  state: string,
  tell: BrowserOptions['tell'],
): Promise<URLSearchParams> {
  tell('Sign in with this URL:')
  tell(url)
  const pasted = await ask(`The browser ends at ${redirectUri}. Paste its whole address here: `)
  if (pasted === undefined)
    throw new CheckFault(
      `nobody can wait at ${redirectUri}, which is not on this machine`,
      'add a callback such as http://127.0.0.1:8765/callback to chatgpt.redirectUris and at Logto, or sign in with ' +
        'the URL above and run again with --code',
    )
  if (!URL.canParse(pasted)) return new URLSearchParams({ code: pasted, state })
  return new URL(pasted).searchParams
}
