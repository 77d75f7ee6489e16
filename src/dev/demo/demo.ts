import { dirname, join } from 'node:path'
import { formatIssue } from '../../config/issue.ts'
import { parseConfig } from '../../config/load.ts'
import { findPorts } from '../stand-in/listen.ts'
import { startSampleApi } from '../stand-in/sample-api.ts'
import { startCallbackPage } from './callback-page.ts'
import { demoConfig } from './config.ts'
import type { DemoOptions } from './demo-options.ts'
import { playOwnApi } from './own-api.ts'
import {
  inContainer,
  interrupted,
  onThisMachine,
  openGateway,
  openLogto,
  type Stage,
  saveConfig,
} from './stage.ts'
import { playStory } from './story.ts'
import { formatStory, suggestions } from './story-text.ts'

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
    return isOwn ? await playOwnApi(options, stage) : await playFoundingStory(options, stage)
  } finally {
    for (const close of stage.closers.reverse()) await close()
  }
}

async function playFoundingStory({ once, port: wanted }: DemoOptions, stage: Stage): Promise<number> {
  const { place, print, closers } = stage
  print('Starting a stand-in for Logto, a sample API and Scopegate between them ...')
  const logto = await openLogto(stage)
  const api = await startSampleApi()
  closers.push(() => api.close())
  const { port, adminPort } = await findPorts(wanted)
  if (wanted !== 0 && port !== wanted) print(`Port ${wanted} is taken, so the gateway uses ${port}.`)
  const listen = `${place.host}:${port}`
  const text = demoConfig({ listen, adminPort, logto: logto.origin, upstream: api.origin })
  const fileName = await saveConfig(text)
  const { config, issues } = parseConfig(text, { fileName, env: {} })
  if (config === undefined) {
    for (const issue of issues) print(formatIssue(issue, { fileName, text }))
    return 1
  }
  print(`\nThe whole configuration, saved as ${fileName}:\n\n${text.replace(/^(?=.)/gm, '    ')}`)
  const logFile = join(dirname(fileName), 'gateway.log')
  print(`The gateway's log goes to ${logFile}`)
  await openGateway(stage, config, logFile)
  const gateway = `http://127.0.0.1:${port}`
  print('Playing the story: every line is a real sign-in or a real request.\n')
  const story = await playStory(logto, gateway)
  print(formatStory(story))
  if (!once) {
    const { host, pagePort } = place
    const page = await startCallbackPage({ logto, gateway, host, port: pagePort, ...readAndWrite })
    closers.push(() => page.close())
    print(suggestions(story, gateway, page.url))
    await interrupted()
  }
  return story.lines.every(({ expected }) => expected) ? 0 : 1
}

/** The page of the story tries what alice may do, and what she may not. */
const readAndWrite = {
  scope: () => 'read write',
  requests: () => [
    { method: 'GET', path: '/todos' },
    { method: 'POST', path: '/todos' },
  ],
}
