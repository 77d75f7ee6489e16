import { spawn } from 'node:child_process'
import { platform } from 'node:process'

/** Without a shell, which would read `&` in the URL. `start` of Windows is one. */
const openers: Readonly<Partial<Record<typeof platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Opens a page in the browser of this desktop. Resolves to whether there is a program that does it. */
export function openBrowser(url: string): Promise<boolean> {
  const [program, ...args] = openers[platform] ?? ['xdg-open']
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
