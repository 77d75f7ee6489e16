import { readFileSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from '../../config/config.ts'
import { formatIssue } from '../../config/issue.ts'
import { loadWhole } from '../../config/load-whole.ts'
import type { Server } from '../../server/single-process.ts'
import { emptyData } from '../logto/data.ts'
import type { StandInLogto } from '../logto/stand-in-logto.ts'
import { findPorts } from '../stand-in/listen.ts'
import { startSampleApi } from '../stand-in/sample-api.ts'
import { startCallbackPage } from './callback-page.ts'
import { demoConfig, exchangeLine } from './config.ts'
import type { DemoOptions } from './demo-options.ts'
import { openapiDocument } from './openapi-document.ts'
import { playOwnApi } from './own-api.ts'
import { provision } from './provision.ts'
import {
  inContainer,
  interrupted,
  onThisMachine,
  openGateway,
  openLogto,
  type Stage,
  saveConfig,
} from './stage.ts'
import { playStory } from './story/story.ts'
import type { Scene } from './story/story-line.ts'
import { suggestions } from './story/story-text.ts'

/**
 * `scopegate demo`: plays the founding story with a stand-in for Logto and a sample API, or puts somebody's
 * own API behind the gateway and the stand-in. Resolves to the exit status: 0 when every answer was as
 * expected, otherwise 1.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const stage: Stage = {
    place: options.container === true ? inContainer : onThisMachine,
    print: options.print ?? ((line) => void process.stdout.write(`${line}\n`)),
    closers: [],
  }
  const isOwn = options.upstream !== undefined || options.config !== undefined
  try {
    return isOwn ? await playOwnApi(options, stage) : await playWholeStory(options, stage)
  } finally {
    for (const close of stage.closers.reverse()) await close()
  }
}

async function playWholeStory({ once, port: wanted }: DemoOptions, stage: Stage): Promise<number> {
  const { place, print, closers } = stage
  print('Starting a stand-in for Logto, a sample API and Scopegate between them ...')
  const people = emptyData('alice', 'bob')
  const logto = await openLogto(stage, people)
  const api = await startSampleApi()
  closers.push(() => api.close())
  const { port, adminPort } = await findPorts(wanted)
  if (wanted !== 0 && port !== wanted) print(`Port ${wanted} is taken, so the gateway uses ${port}.`)
  const gateway = `http://127.0.0.1:${port}`
  const listen = `${place.host}:${port}`
  const text = demoConfig({ listen, adminPort, gateway, logto: logto.origin, upstream: api.origin })
  const fileName = await saveConfig(text)
  await writeFile(join(dirname(fileName), 'openapi.yaml'), openapiDocument)
  print(`\nThe whole configuration, saved as ${fileName}:\n\n${text.replace(/^(?=.)/gm, '    ')}`)
  print('Setting up the empty tenant from it, as scopegate logto apply does:\n')
  for (const line of await provision(fileName)) print(`    ${line}`)
  const config = await load(fileName, print)
  if (config === undefined) return 1
  const logFile = join(dirname(fileName), 'gateway.log')
  print(`\nThe gateway's log goes to ${logFile}`)
  const server = await openGateway(stage, config, logFile)
  print('Playing the story: every line is a real sign-in or a real request.\n')
  const scene = sceneOf(logto, gateway)
  const exchangeOpaque = () => addLine(fileName, server, print)
  const secret = readFileSync(join(dirname(fileName), 'secrets', 'ChatGPT.secret'), 'utf8')
  const story = await playStory(scene, { print, exchangeOpaque, chatgpt: { config, secret } })
  if (!once) {
    const { host, pagePort } = place
    const clientId = scene.clients.chatgpt
    const page = await startCallbackPage({ logto, gateway, clientId, host, port: pagePort, ...readAndWrite })
    closers.push(() => page.close())
    print(suggestions({ tokens: story.tokens, gateway, signInUrl: page.url, fileName }))
    await interrupted()
  }
  return story.isAsExpected ? 0 : 1
}

async function load(fileName: string, print: Stage['print']): Promise<Config | undefined> {
  const loaded = await loadWhole(fileName, {})
  if (loaded.config === undefined) for (const issue of loaded.issues) print(formatIssue(issue, loaded))
  return loaded.config
}

/** As an operator saves the file with one more line, which the gateway then takes into use. */
async function addLine(fileName: string, server: Server, print: Stage['print']): Promise<string> {
  await appendFile(fileName, `\n${exchangeLine}\n`)
  const config = await load(fileName, print)
  if (config !== undefined) await server.reload(config)
  return exchangeLine
}

function sceneOf(logto: StandInLogto, gateway: string): Scene {
  const { users, applications } = logto.data
  const named = <T>(found: T | undefined): T => {
    if (found === undefined) throw new Error('the story needs alice and bob, ChatGPT and Nightly job')
    return found
  }
  const person = (name: string) => named(users.find(({ username }) => username === name))
  const clientId = (name: string) => named(applications.find((application) => application.name === name)).id
  return {
    logto,
    gateway,
    alice: person('alice'),
    bob: person('bob'),
    clients: { chatgpt: clientId('ChatGPT'), nightlyJob: clientId('Nightly job') },
  }
}

/** The page of the story tries what alice may do, and what she may not. */
const readAndWrite = {
  scope: () => 'read write',
  requests: () => [
    { method: 'GET', path: '/todos' },
    { method: 'POST', path: '/todos' },
  ],
}
