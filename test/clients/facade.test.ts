import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Browser, chromium, openBrowser } from '../support/browser.ts'
import { createStory, rightQuery, type Story } from '../support/facade.ts'

type Landing = { readonly url: string; readonly seen: URL[] }

/** The page of ChatGPT to which the browser comes back. */
async function startLanding(): Promise<Landing> {
  const seen: URL[] = []
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/callback')) seen.push(new URL(request.url, 'http://127.0.0.1'))
    response.setHeader('content-type', 'text/html').end('<h1>Back in ChatGPT</h1>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}/callback`, seen }
}

async function open(): Promise<{
  story: Story
  landing: Landing
  browser: Browser
  at(changes?: object): string
}> {
  const landing = await startLanding()
  const story = await createStory(`chatgpt: { clients: [chatgpt], redirectUris: ["${landing.url}"] }`)
  const application = story.logto.data.applications.find(({ id }) => id === 'chatgpt')
  if (application !== undefined) application.redirectUris = [landing.url]
  const at = (changes = {}) => {
    const query = rightQuery({ redirect_uri: landing.url, scope: 'openid read write', ...changes })
    return `http://127.0.0.1:${story.gateway.port}/oauth/authorize?${query}`
  }
  return { story, landing, browser: await openBrowser(), at }
}

const heading = "document.querySelector('h1').textContent"

describe.skipIf(chromium === undefined)('the facade in Chromium', () => {
  test('leads through the sign-in page back to ChatGPT, whose code brings a token that the API takes', async () => {
    const { story, landing, browser, at } = await open()
    await browser.open(at())
    expect(await browser.evaluate(heading)).toBe('Sign in')
    expect(await browser.evaluate('location.origin')).toBe(story.logto.origin)
    await browser.follow('form:has([value="alice"]) button')
    expect(await browser.evaluate(heading)).toBe('Back in ChatGPT')
    const [query] = landing.seen.map(({ searchParams }) => searchParams)
    expect(query?.get('state')).toBe('state-of-1')
    const redeemed = {
      grant_type: 'authorization_code',
      code: query?.get('code') ?? '',
      redirect_uri: landing.url,
    }
    const { members } = await story.token(redeemed)
    expect((await story.call('/todos', { token: members['access_token'] ?? '' })).status).toBe(200)
    expect(members).toHaveProperty('refresh_token')
    // With a session the second time is no page at all.
    await browser.open(at({ state: 'state-of-2' }))
    expect(await browser.evaluate(heading)).toBe('Back in ChatGPT')
    expect(landing.seen.at(-1)?.searchParams.get('state')).toBe('state-of-2')
  }, 40_000)

  test('shows a page for a redirect URI that is not listed, in which nothing of it runs', async () => {
    const { landing, browser, at } = await open()
    const evil =
      'https://evil.test/"><script>document.title="run"</script><img src=x onerror=document.title="run">'
    await browser.open(at({ redirect_uri: evil }))
    expect(await browser.evaluate(heading)).toBe('This sign-in cannot begin')
    expect(await browser.evaluate('document.title')).toBe('This sign-in cannot begin')
    expect(await browser.evaluate("document.querySelectorAll('script, img, a, form, iframe').length")).toBe(0)
    expect(await browser.evaluate('document.body.innerText')).toContain('https://evil.test/"><script>')
    for (const width of [1280, 390]) {
      await browser.show({ width, dark: width === 390 })
      expect(await browser.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    }
    expect(browser.complaints.filter((text) => !/40[04]/.test(text))).toEqual([])
    expect(landing.seen).toEqual([])
  }, 40_000)

  test('and nobody frames it', async () => {
    const { story, browser, at } = await open()
    const framed = createServer((_, response) => {
      response.setHeader('content-type', 'text/html').end(`<iframe src="${at({ state: '' })}"></iframe>`)
    })
    await new Promise<void>((resolve) => framed.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      framed.closeAllConnections()
      framed.close()
    })
    const address = framed.address()
    await browser.open(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`)
    await expect.poll(() => browser.complaints.join()).toMatch(/frame-ancestors/)
    expect(story.line()).toMatchObject({ status: 400 })
  }, 40_000)
})
