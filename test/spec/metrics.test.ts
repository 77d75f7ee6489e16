import { execFileSync } from 'node:child_process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { familyNames } from '../../src/log/metric-families.ts'
import { startHttpUpstream } from '../support/http-upstream.ts'
import { scrape } from '../support/metrics.ts'
import { type GatewayProcess, spawnGateway } from '../support/process.ts'
import { sendRaw } from '../support/raw.ts'
import { call, createStage, guarding, type Stage } from '../support/stage.ts'
import { ok, startUpstream } from '../support/upstream.ts'

const routes = '/todos: { GET: read, POST: write }\n/open/{id}: public\n/events: public'
const metricsOf = ({ gateway }: Stage, accept?: string) => scrape(gateway.adminPort, accept)

/** A stage where requests of every kind have been. */
async function busyStage(more?: string): Promise<Stage> {
  const stage = await createStage(guarding(routes, more), (socket, text) => {
    if (text.includes('GET /events'))
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n')
    else socket.write(ok)
  })
  const token = await stage.token()
  for (let i = 0; i < 3; i++) await stage.call('/todos', { token })
  await stage.call('/todos', { method: 'POST', token })
  await stage.call('/todos')
  await stage.call('/open/7')
  await stage.call('/nowhere')
  await sendRaw(stage.gateway.port, 'GET /a b HTTP/1.1\r\n\r\n')
  await expect.poll(() => stage.gateway.logs.filter(({ msg }) => msg === 'request')).toHaveLength(8)
  return stage
}

describe('/metrics', () => {
  test('counts requests by route, method and status', async () => {
    const { value } = await metricsOf(await busyStage())
    const requests = (http_route: string, http_request_method: string, http_response_status_code: string) =>
      value('http_server_request_duration_seconds_count', {
        http_route,
        http_request_method,
        http_response_status_code,
      })
    expect(requests('/todos', 'GET', '200')).toBe(3)
    expect(requests('/todos', 'POST', '403')).toBe(1)
    expect(requests('/todos', 'GET', '401')).toBe(1)
    expect(requests('/open/{id}', 'GET', '200')).toBe(1)
    expect(requests('none', 'GET', '404')).toBe(1)
    expect(value('http_server_request_duration_seconds_count')).toBe(7)
  })

  test('counts decisions by API, route, outcome and code', async () => {
    const { value } = await metricsOf(await busyStage())
    const decisions = (labels: Record<string, string>) =>
      value('scopegate_decisions_total', { via: 'proxy', ...labels })
    expect(decisions({ api: 'todo', http_route: '/todos', outcome: 'allow', code: 'none' })).toBe(3)
    expect(
      decisions({ api: 'todo', http_route: '/todos', outcome: 'refuse', code: 'insufficient_scope' }),
    ).toBe(1)
    expect(decisions({ outcome: 'refuse', code: 'token_missing' })).toBe(1)
    expect(decisions({ outcome: 'refuse', code: 'not_found', http_route: 'none' })).toBe(1)
    expect(decisions({ outcome: 'refuse', code: 'ambiguous_target', api: 'none' })).toBe(1)
    expect(decisions({})).toBe(8)
  })

  test('counts tokens, their verification, and the keys of their issuer', async () => {
    const stage = await busyStage()
    const { value } = await metricsOf(stage)
    expect(value('scopegate_token_cache_entries')).toBe(1)
    expect(value('scopegate_token_cache_hits_total')).toBe(3)
    expect(value('scopegate_token_cache_misses_total')).toBe(1)
    expect(value('scopegate_verification_duration_seconds_count')).toBe(1)
    expect(value('scopegate_authorization_duration_seconds_count', { cache: 'hit' })).toBe(3)
    expect(value('scopegate_authorization_duration_seconds_count', { cache: 'miss' })).toBe(1)
    const issuer = { issuer: stage.issuer.url }
    expect(value('scopegate_issuer_keys', issuer)).toBe(1)
    expect(value('scopegate_issuer_last_success_timestamp_seconds', issuer)).toBeGreaterThan(1_600_000_000)
    expect(value('scopegate_issuer_failures_total', issuer)).toBe(0)
  })

  test('counts what comes of the upstream, and what is open', async () => {
    const stage = await busyStage()
    const server_address = new URL(stage.upstream.url).host
    const before = await metricsOf(stage)
    expect(before.value('http_client_request_duration_seconds_count', { server_address })).toBe(4)
    expect(before.value('scopegate_upstream_connections', { server_address })).toBe(1)
    expect(before.value('scopegate_upstream_queue', { server_address })).toBe(0)
    expect(before.value('scopegate_open_streams', { kind: 'event_stream' })).toBe(0)
    const leaving = new AbortController()
    const stream = stage.call('/events', { signal: leaving.signal }).catch(() => {})
    const open = async () =>
      (await metricsOf(stage)).value('scopegate_open_streams', { kind: 'event_stream' })
    await expect.poll(open, { timeout: 5000 }).toBe(1)
    leaving.abort()
    await stream
    await stage.upstream.stop()
    await stage.call('/open/7')
    await expect
      .poll(async () =>
        (await metricsOf(stage)).value('scopegate_upstream_failures_total', { server_address }),
      )
      .toBeGreaterThan(0)
  })

  test('holds nothing that a client chose', async () => {
    const stage = await busyStage()
    const evil = { 'X-Request-Id': 'evil1', 'User-Agent': 'evil2', Host: 'evil3.test' }
    const token = await stage.token({ sub: 'evil4', client_id: 'evil5' })
    await stage.call('/todos', { token, headers: evil })
    await stage.call('/open/evil6?evil7=evil8', { method: 'PUT', headers: evil })
    await stage.call('/evil9', { method: 'PROPFIND', headers: evil })
    await sendRaw(stage.gateway.port, 'EVIL10 /evil11 HTTP/1.1\r\nHost: evil12\r\n\r\n')
    const { text } = await metricsOf(stage)
    expect(text).not.toMatch(/evil|user1|app1|PROPFIND/i)
  })

  test('is what promtool finds right, in the text format', async () => {
    const { text, type } = await metricsOf(await busyStage())
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8')
    // Throws with what it says when it finds something to say.
    expect(execFileSync('promtool', ['check', 'metrics'], { input: text }).toString()).toBe('')
  })

  test('is OpenMetrics for who asks, with the slowest request of each histogram', async () => {
    const stage = await busyStage()
    await stage.call('/open/8', { headers: { 'X-Request-Id': 'slowest' } })
    const { text, type } = await metricsOf(stage, 'application/openmetrics-text;version=1.0.0')
    expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    expect(text).toMatch(
      /_bucket\{[^}]*http_route="\/todos"[^}]*\} 3 # \{request_id="[0-9a-f-]{36}"\} 0\.\d+ \d+/,
    )
    expect(text.endsWith('\n# EOF\n')).toBe(true)
  })

  test('has every family that is described, and no other', async () => {
    const stage = await busyStage()
    const { families: shown } = await metricsOf(stage)
    const limited = process.platform === 'linux' ? [] : ['process_open_fds', 'process_max_fds']
    const expected = familyNames.filter((name) => !limited.includes(name))
    expect(shown).toEqual(expected)
  })

  test('never has more than metrics.series of what routes multiply: the rest is other', async () => {
    const many = Array.from({ length: 40 }, (_, i) => `/r${i}: public`).join('\n')
    const stage = await createStage(guarding(many, 'metrics: { series: 100 }'))
    for (let i = 0; i < 40; i++) await stage.call(`/r${i}`)
    await expect.poll(() => stage.gateway.logs.filter(({ msg }) => msg === 'request')).toHaveLength(40)
    const { text, value } = await metricsOf(stage)
    const bounded = text
      .split('\n')
      .filter((line) => /^(http_server_request|scopegate_decisions)/.test(line) && !line.includes('="other"'))
    expect(bounded.length).toBeLessThanOrEqual(100)
    expect(bounded.length).toBeGreaterThan(80)
    expect(value('scopegate_decisions_total')).toBe(40)
    expect(value('http_server_request_duration_seconds_count')).toBe(40)
    expect(value('scopegate_decisions_total', { http_route: 'other', api: 'other' })).toBeGreaterThan(20)
  })

  test('counts on after a reload', async () => {
    const stage = await busyStage()
    await stage.gateway.reload(stage.config(guarding('/open/{id}: public\n/todos: read')))
    await stage.call('/open/8')
    const requests = async () =>
      (await metricsOf(stage)).value('http_server_request_duration_seconds_count', {
        http_route: '/open/{id}',
      })
    await expect.poll(requests, { timeout: 5000 }).toBe(2)
  })
})

const config = (url: string, more = '') =>
  `${more}\napis: { a: { resource: https://a.test/, upstream: "${url}", routes: { /**: public } } }\n`

describe('the program at /metrics', () => {
  test('tells its version, the file in force, and whether its last load went well', async () => {
    const gateway = await spawnGateway(config('http://127.0.0.1:1'))
    const first = await scrape(gateway.adminPort)
    expect(first.value('scopegate_config_last_reload_success')).toBe(1)
    const sha256 = /scopegate_config_info\{version="\d+\.\d+\.\d+",sha256="([0-9a-f]{64})"\} 1/.exec(
      first.text,
    )?.[1]
    expect(sha256).toBeDefined()
    gateway.write('apis: { a: { resource: 1 } }')
    gateway.child.kill('SIGHUP')
    const success = async () =>
      (await scrape(gateway.adminPort)).value('scopegate_config_last_reload_success')
    await expect.poll(success, { timeout: 5000 }).toBe(0)
    expect((await scrape(gateway.adminPort)).value('scopegate_config_info', { sha256: sha256 ?? '' })).toBe(1)
    gateway.write(config('http://127.0.0.1:2'))
    gateway.child.kill('SIGHUP')
    await expect.poll(success, { timeout: 5000 }).toBe(1)
    const last = await scrape(gateway.adminPort)
    expect(last.value('scopegate_config_info', { sha256: sha256 ?? '' })).toBeUndefined()
    const loadedAt = 'scopegate_config_last_reload_timestamp_seconds'
    expect(last.value(loadedAt)).toBeGreaterThan(first.value(loadedAt) ?? Number.NaN)
  })
})

/** Two workers with an upstream that holds `/held`, so that both get a connection. */
async function twoWorkers() {
  const waiting: (() => void)[] = []
  const { url } = await startHttpUpstream((request, response) => {
    if (request.url === '/held') waiting.push(() => response.end('held'))
    else response.end('answer')
  })
  const gateway = await spawnGateway(config(url, 'workers: 2'))
  return { gateway, waiting }
}

const workerPids = async ({ adminPort }: GatewayProcess): Promise<(number | null)[]> => {
  const { workers } = JSON.parse((await call(adminPort, '/readyz')).body)
  return workers.each.map(({ pid }: { pid: number | null }) => pid)
}

describe('/metrics of two workers', () => {
  test('adds up what both count, and what both have', async () => {
    const { gateway, waiting } = await twoWorkers()
    const held = [call(gateway.port, '/held'), call(gateway.port, '/held')]
    await expect.poll(() => waiting.length, { timeout: 5000 }).toBe(2)
    const during = await scrape(gateway.adminPort)
    expect(during.value('scopegate_upstream_connections')).toBe(2)
    expect(during.value('process_resident_memory_bytes')).toBeGreaterThan(3 * 30_000_000)
    for (const answer of waiting) answer()
    await Promise.all(held)
    const requests = async () =>
      (await scrape(gateway.adminPort)).value('http_server_request_duration_seconds_count', {
        http_route: '/**',
      })
    await expect.poll(requests, { timeout: 5000 }).toBe(2)
    expect(await requests()).toBe(2)
  })

  test('never falls when a worker is killed, and counts that it was started again', async () => {
    const { gateway } = await twoWorkers()
    for (let i = 0; i < 20; i++) await call(gateway.port, '/x')
    const counted = async (name: string) => (await scrape(gateway.adminPort)).value(name) ?? Number.NaN
    const requests = () => counted('scopegate_decisions_total')
    await expect.poll(requests, { timeout: 5000 }).toBe(20)
    const cpu = await counted('process_cpu_seconds_total')
    const [first] = await workerPids(gateway)
    process.kill(first ?? 0, 'SIGKILL')
    await expect.poll(() => counted('scopegate_worker_restarts_total'), { timeout: 5000 }).toBe(1)
    expect(await requests()).toBe(20)
    expect(await counted('process_cpu_seconds_total')).toBeGreaterThanOrEqual(cpu)
    await expect
      .poll(async () => (await workerPids(gateway)).every((pid) => pid !== null && pid !== first), {
        timeout: 10_000,
      })
      .toBe(true)
    for (let i = 0; i < 20; i++) await call(gateway.port, '/x')
    await expect.poll(requests, { timeout: 5000 }).toBe(40)
  })

  test('is bounded for both together', async () => {
    const upstream = await startUpstream((socket) => void socket.write(ok))
    onTestFinished(() => upstream.stop())
    const routeList = Array.from({ length: 30 }, (_, i) => `/r${i}: public`).join(', ')
    const gateway = await spawnGateway(
      `
workers: 2
metrics: { series: 90 }
apis: { a: { resource: https://a.test/, upstream: "${upstream.url}", routes: { ${routeList} } } }
`,
    )
    for (let i = 0; i < 60; i++) await call(gateway.port, `/r${i % 30}`)
    await expect
      .poll(async () => (await scrape(gateway.adminPort)).value('scopegate_decisions_total'))
      .toBe(60)
    const { text } = await scrape(gateway.adminPort)
    const lines = text.split('\n').filter((line) => /^(http_server_request|scopegate_decisions)/.test(line))
    expect(lines.filter((line) => !line.includes('="other"')).length).toBeLessThanOrEqual(90)
  })
})
