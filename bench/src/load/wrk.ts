import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { otherCore } from '../machine/subject.ts'
import type { LoadResult } from './measured.ts'
import { runOn } from './run.ts'

/**
 * A closed loop: connections that each send the next request when the last is answered. By wrk, which spends
 * a sixth of what a load in Node does and so leaves its core to the upstream.
 */
export type Load = {
  readonly port: number
  readonly paths: readonly string[]
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly bodyBytes?: number
  /** One a line, used in turn, together with the paths. */
  readonly tokensFile?: string
  /** How many the file holds, where none may come twice. */
  readonly newTokens?: number
  readonly connections: number
  readonly seconds: number
  /** Where it runs: on the core of the benchmark itself unless said otherwise. */
  readonly cores?: string
  /** Whether every answer must be a success, or every answer a refusal (4xx, 5xx). */
  readonly expect: 'success' | 'refusal'
}

/** Throws when any answer was not as expected: there is no figure then. */
export async function runWrk(load: Load, folder: string): Promise<LoadResult> {
  const script = join(folder, 'load.lua')
  await writeFile(script, wrkScript(load))
  const { port, connections, seconds, cores = otherCore, newTokens = Number.POSITIVE_INFINITY } = load
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '20s', '-s', script]
  const { output, problem } = await runOn(cores, ['wrk', ...args, `http://127.0.0.1:${port}${load.paths[0]}`])
  const result = readResult(output, problem, load.expect)
  if (result.requests + connections > newTokens)
    throw new Error(`${newTokens} new tokens were not enough for ${seconds} s`)
  return result
}

/** Requests are made before the start; a single one is made by wrk itself, which is cheaper still. */
export function wrkScript({ paths, method = 'GET', headers = {}, bodyBytes, tokensFile }: Load): string {
  const fields = Object.entries(headers).map(
    ([name, value]) => `wrk.headers[${quote(name)}] = ${quote(value)}`,
  )
  const body = bodyBytes === undefined ? [] : [`wrk.body = string.rep('x', ${bodyBytes})`]
  const many = tokensFile !== undefined || paths.length > 1
  const lines = [
    `wrk.method = ${quote(method)}`,
    ...fields,
    ...body,
    ...(many ? [manyRequests(paths, tokensFile)] : []),
  ]
  return `${[...lines, done].join('\n')}\n`
}

function manyRequests(paths: readonly string[], tokensFile: string | undefined): string {
  const each =
    tokensFile === undefined
      ? 'for i = 1, #paths do add(i) end'
      : `for token in io.lines(${quote(tokensFile)}) do add(#requests + 1, token) end`
  return `local paths = { ${paths.map(quote).join(', ')} }
local requests, sent = {}, 0
local function add(i, token)
  if token then wrk.headers['Authorization'] = 'Bearer ' .. token end
  requests[i] = wrk.format(wrk.method, paths[(i - 1) % #paths + 1])
end
function init() ${each} end
function request()
  sent = sent % #requests + 1
  return requests[sent]
end`
}

const done = `function done(summary, latency)
  local e = summary.errors
  local counts = '{"requests":%d,"micros":%d,"p50":%d,"p99":%d,"refused":%d,"broken":%d,"timeouts":%d}'
  print('RESULT ' .. string.format(counts, summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.status, e.connect + e.read + e.write, e.timeout))
end`

/** As a Lua string. */
function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

export function readResult(output: string, problem: string, expect: Load['expect']): LoadResult {
  const line = /^RESULT (.*)$/m.exec(output)?.[1]
  if (line === undefined) throw new Error(`wrk gave no result: ${(problem || output).trim()}`)
  const counts = JSON.parse(line) as Record<string, number> // Written above.
  const { requests, micros, p50, p99, refused, broken, timeouts } = counts
  if (requests === undefined || micros === undefined || requests === 0)
    throw new Error('no request was answered')
  if (broken || timeouts)
    throw new Error(`${broken} connections broke and ${timeouts} answers timed out of ${requests}`)
  const wanted = expect === 'success' ? 0 : requests
  if (refused !== wanted) throw new Error(`${refused} of ${requests} answers were refusals`)
  return {
    requests,
    seconds: micros / 1e6,
    p50Ms: (p50 ?? Number.NaN) / 1000,
    p99Ms: (p99 ?? Number.NaN) / 1000,
  }
}
