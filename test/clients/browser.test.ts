import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type CallbackPage, startCallbackPage } from '../../src/dev/demo/callback-page.ts'
import { exampleResource } from '../../src/dev/logto/data.ts'
import { startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { startSampleApi } from '../../src/dev/stand-in/sample-api.ts'
import { type Browser, chromium, openBrowser } from '../support/browser.ts'
import { startGateway } from '../support/gateway.ts'

let page: CallbackPage
let browser: Browser

/** The demo as a person has it in front of them. */
async function openDemo(): Promise<void> {
  const logto = await startStandInLogto()
  onTestFinished(() => logto.close())
  const api = await startSampleApi()
  onTestFinished(() => api.close())
  const gateway = await startGateway(`issuer: { logto: ${logto.origin} }
apis:
  todo:
    resource: ${exampleResource}
    upstream: ${api.origin}
    routes: { /todos: { GET: read, POST: write } }`)
  onTestFinished(() => gateway.stop())
  page = await startCallbackPage({
    clientId: 'chatgpt',
    logto,
    gateway: `http://127.0.0.1:${gateway.port}`,
    scope: () => 'read write',
    requests: () => [
      { method: 'GET', path: '/todos' },
      { method: 'POST', path: '/todos' },
    ],
  })
  onTestFinished(() => page.close())
  browser = await openBrowser()
}

const heading = () => browser.evaluate<string>("document.querySelector('h1').textContent")
const text = () => browser.evaluate<string>('document.body.innerText')
const signInAs = (name: string) => browser.follow(`form:has([value="${name}"]) button`)

/** SCREENSHOTS=folder keeps pictures to look at. */
async function keep(name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS']
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  for (const [look, options] of Object.entries(looks)) {
    await browser.show(options)
    await browser.screenshot(join(folder, `${name}-${look}.png`))
  }
}

const looks = {
  desktop: { width: 1280, dark: false },
  dark: { width: 1280, dark: true },
  phone: { width: 390, dark: false },
}

/** Contrast of each text with what is behind it (WCAG 2.1, 1.4.3), where it is too low. */
const tooPale = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number)
  const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  const light = ([r, g, b]) =>
    0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255)
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor)
      if (color.length === 3 || color[3] > 0) return color
    }
    return [255, 255, 255]
  }
  const hasText = ({ childNodes }) =>
    [...childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
  return [...document.querySelectorAll('body *')]
    .filter(hasText)
    .map((element) => {
      const colors = [parse(getComputedStyle(element).color), behind(element)]
      const [a, b] = colors.map(light).sort((x, y) => y - x)
      return { text: element.textContent.slice(0, 40), contrast: (a + 0.05) / (b + 0.05) }
    })
    .filter(({ contrast }) => contrast < 4.5)
})()`

async function expectCared(): Promise<void> {
  for (const options of Object.values(looks)) {
    await browser.show(options)
    expect(await browser.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(await browser.evaluate(tooPale)).toEqual([])
  }
  const unlabelled = 'input:not([type=hidden]):not([id])'
  expect(await browser.evaluate(`document.querySelectorAll(${JSON.stringify(unlabelled)}).length`)).toBe(0)
  expect(await browser.evaluate('document.documentElement.lang')).toBe('en')
  expect(browser.complaints).toEqual([])
}

describe.skipIf(chromium === undefined)('the pages of the demo in Chromium', () => {
  beforeEach(openDemo, 40_000)

  test('ask who signs in', async () => {
    await browser.open(page.url)
    expect(await heading()).toBe('Sign in')
    await keep('sign-in')
    await expectCared()
  })

  test('show alice 200 and 403, and what the API saw', async () => {
    await browser.open(page.url)
    await signInAs('alice')
    expect(await heading()).toBe('Signed in')
    expect(await text()).toMatch(/200\s*GET \/todos\s+The API saw no access token/)
    expect(await text()).toContain('X-User-Id: 7q6j4duell21')
    expect(await text()).toMatch(/403\s*POST \/todos\s+insufficient_scope/)
    expect(await text()).not.toContain('eyJ')
    await keep('alice')
    await expectCared()
    await browser.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
    expect(await text()).toMatch(/TOKEN=eyJ/)
    await keep('alice-open')
    await expectCared()
  })

  test('tell bob why he gets no token, and let him sign in again', async () => {
    await browser.open(page.url)
    await signInAs('bob')
    expect(await heading()).toBe('Logto refused')
    expect(await text()).toContain('has no role')
    await keep('bob')
    await expectCared()
    await browser.follow('a[href="/"]')
    expect(await heading()).toBe('Sign in')
  })

  test('say that a password is wrong', async () => {
    await browser.open(page.url)
    await browser.evaluate("document.querySelector('#username').value = 'alice'")
    await browser.evaluate("document.querySelector('#password').value = 'wrong'")
    await browser.follow('form:has(#password) button')
    expect(await text()).toContain('Unknown user name or wrong password.')
    await keep('wrong-password')
  })

  test('say that a sign-in began elsewhere', async () => {
    await browser.open(`${page.url}callback?code=x&state=y`)
    expect(await heading()).toBe('This sign-in began elsewhere')
    await keep('elsewhere')
  })
})
