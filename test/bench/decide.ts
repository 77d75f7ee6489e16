import { readFileSync } from 'node:fs'
import { authorize } from '../../src/access/authorize.ts'
import { compileRules } from '../../src/compiled-route.ts'
import { parseConfig } from '../../src/config/load.ts'
import { readRequestHead } from '../../src/http/request-head.ts'
import { parseRequestTarget } from '../../src/http/request-target.ts'
import type { Logger } from '../../src/log/logger.ts'
import { createRuntime } from '../../src/runtime.ts'
import { requestPath } from './workload.ts'

/**
 * Microseconds to decide a request whose token is cached: `authorize` alone, and with the reading of head and target
 * before it. Arguments: configuration file, tokens file, decisions. Prints JSON.
 */
const [configFile = '', tokensFile = '', decisions = ''] = process.argv.slice(2)
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, write() {} }
const { config } = parseConfig(readFileSync(configFile, 'utf8'), { fileName: configFile, env: {} })
if (config === undefined) throw new Error('the configuration does not load')
const runtime = createRuntime({ log: silent, cacheMaxEntries: config.tokens.cacheMaxEntries })
const { table, release } = compileRules(config, runtime)

const limits = { headerCount: 100, ignoreForeignUpgrade: true }
const requests = readFileSync(tokensFile, 'latin1')
  .split('\n')
  .map((token) => ['Host', 'api.example.com', 'Accept', '*/*', 'Authorization', `Bearer ${token}`])

function readHead(rawHeaders: readonly string[]) {
  const head = readRequestHead('GET', '1.1', rawHeaders, limits)
  if ('code' in head) throw new Error(head.detail)
  return head
}

function readTarget() {
  const target = parseRequestTarget(requestPath, 'GET', 'api.example.com')
  if ('code' in target) throw new Error(target.detail)
  return target
}

const heads = requests.map(readHead)
for (const head of heads) {
  const { outcome } = await authorize(table, head, readTarget(), Date.now())
  if (outcome !== 'allow') throw new Error('a token was refused')
}

/** Microseconds a run. The first tenth is not counted. */
function time(run: (i: number) => unknown): number {
  const count = Number(decisions)
  for (let i = 0; i < count / 10; i += 1) run(i)
  const startedMs = performance.now()
  for (let i = 0; i < count; i += 1) if (run(i) instanceof Promise) throw new Error('a decision had to wait')
  return ((performance.now() - startedMs) * 1000) / count
}

const target = readTarget()
const nowMs = Date.now()
const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T // The list is not empty.
const decideMicros = time((i) => authorize(table, pick(heads, i), target, nowMs))
const readAndDecideMicros = time((i) => authorize(table, readHead(pick(requests, i)), readTarget(), nowMs))
process.stdout.write(`${JSON.stringify({ decideMicros, readAndDecideMicros })}\n`)
release()
