import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { temporaryFolder } from './process.ts'

/** Where Chromium is on this machine, under any of its names; undefined when it is not installed. */
export const chromium = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)))
  .find((file) => existsSync(file))

export type Browser = {
  /** Resolves when the page and all that it loads are there. */
  open(url: string): Promise<void>
  /** Clicks what this selector finds, and waits for the page that follows. */
  follow(selector: string): Promise<void>
  /** The value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>
  /** The page as a person with this screen and these colours would have it. */
  show(options: { readonly width: number; readonly dark: boolean }): Promise<void>
  /** Writes the whole page as a PNG. */
  screenshot(fileName: string): Promise<void>
  /** The complaints of the page: errors, and everything that its policy forbade. */
  readonly complaints: readonly string[]
}

/**
 * A headless Chromium with a profile of its own, driven by the DevTools protocol. It is ended with the test.
 */
export async function openBrowser(): Promise<Browser> {
  const child = spawn(chromium ?? '', [
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=${temporaryFolder()}`,
    // CI runs as root, for whom Chromium's own sandbox does not work. All pages are our own.
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    'about:blank',
  ])
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => {
    output += String(chunk)
  })
  const exited = once(child, 'exit')
  let page: Page | undefined
  onTestFinished(async () => {
    // Only a browser that closes itself takes its processes along, which write to its folder until then.
    if (page === undefined) child.kill('SIGKILL')
    else void page.call('Browser.close')
    await exited
  })
  const listening = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/
  await expect.poll(() => listening.test(output), { timeout: 15_000 }).toBe(true)
  const response = await fetch(`http://127.0.0.1:${listening.exec(output)?.[1]}/json/list`)
  const targets = (await response.json()) as { type: string; webSocketDebuggerUrl: string }[]
  page = await connect(targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '')
  return drive(page)
}

type Message = {
  readonly id?: number
  readonly method?: string
  readonly params: unknown
  readonly result: unknown
}
type Page = {
  call<T = unknown>(method: string, params?: object): Promise<T>
  on(method: string, heard: (params: never) => void): void
}

async function connect(url: string): Promise<Page> {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  const calls = new Map<number, (result: never) => void>()
  const listeners: { readonly method: string; readonly heard: (params: never) => void }[] = []
  let lastId = 0
  socket.on('message', (data) => {
    const { id, method, params, result } = JSON.parse(String(data)) as Message
    if (id !== undefined) calls.get(id)?.(result as never)
    for (const listener of listeners) if (listener.method === method) listener.heard(params as never)
  })
  return {
    call: (method, params = {}) =>
      new Promise((resolve) => {
        lastId += 1
        calls.set(lastId, resolve)
        socket.send(JSON.stringify({ id: lastId, method, params }))
      }),
    on: (method, heard) => void listeners.push({ method, heard }),
  }
}

async function drive(page: Page): Promise<Browser> {
  const complaints: string[] = []
  let loads = 0
  page.on('Page.loadEventFired', () => {
    loads += 1
  })
  page.on('Log.entryAdded', ({ entry }: { entry: { level: string; text: string } }) => {
    if (entry.level === 'error') complaints.push(entry.text)
  })
  page.on('Runtime.exceptionThrown', ({ exceptionDetails }: { exceptionDetails: { text: string } }) => {
    complaints.push(exceptionDetails.text)
  })
  for (const domain of ['Page', 'Log', 'Runtime']) await page.call(`${domain}.enable`)

  async function untilLoaded(begin: () => Promise<unknown>): Promise<void> {
    const before = loads
    await begin()
    await expect.poll(() => loads, { timeout: 10_000 }).toBeGreaterThan(before)
  }

  async function evaluate<T>(expression: string): Promise<T> {
    const { result } = await page.call<{ result: { value: T } }>('Runtime.evaluate', {
      expression,
      returnByValue: true,
    })
    return result.value
  }

  return {
    complaints,
    evaluate,
    open: (url) => untilLoaded(() => page.call('Page.navigate', { url })),
    follow: (selector) =>
      untilLoaded(() => evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`)),
    async show({ width, dark }) {
      const screen = { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 }
      await page.call('Emulation.setDeviceMetricsOverride', screen)
      const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]
      await page.call('Emulation.setEmulatedMedia', { features })
    },
    async screenshot(fileName) {
      const options = { captureBeyondViewport: true }
      const { data } = await page.call<{ data: string }>('Page.captureScreenshot', options)
      writeFileSync(fileName, Buffer.from(data, 'base64'))
    },
  }
}
