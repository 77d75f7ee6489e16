import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  freePort,
  gatewayProgram,
  keepToOtherCore,
  program,
  residentMiB,
  runLoad,
  type Subject,
  startBeside,
  startMeasured,
  stop,
  untilListening,
} from './processes.ts'
import { createProgress } from './progress.ts'
import {
  formatTargets,
  formatThroughput,
  machine,
  median,
  medianRatio,
  type Target,
  type Throughput,
} from './report.ts'
import { gatewayConfig, issueTokens, requestPath, routeCount, tokenBytes } from './workload.ts'

/**
 * `npm run bench`: the gateway against bare forwarders that check nothing, in one run, and what one decision, a full
 * token cache and a start cost. Figures hold for one core of this machine. `-- --quick` takes under a minute.
 */
const quick = process.argv.includes('--quick')
const plan = quick
  ? { rounds: 3, roundMs: 1500, tokens: 2000, requests: 100_000, starts: 5, decisions: 300_000 }
  : { rounds: 7, roundMs: 6000, tokens: 20_000, requests: 1_000_000, starts: 11, decisions: 2_000_000 }
const connections = 64

const progress = createProgress()
const folder = await mkdtemp(join(tmpdir(), 'scopegate-bench-'))
const file = (name: string) => join(folder, name)
const running: ReturnType<typeof startMeasured>[] = []

try {
  await bench()
} finally {
  progress.end()
  await Promise.all(running.map(stop))
  await rm(folder, { recursive: true })
}

async function bench(): Promise<void> {
  if (cpus().length < 2) throw new Error('two cores are needed: one to measure, one for the load')
  progress.step(`signing ${plan.tokens} access tokens`)
  const { jwks, tokens } = await issueTokens(plan.tokens, (done) => progress.detail(String(done)))
  await writeFile(file('jwks.json'), JSON.stringify(jwks))
  await writeFile(file('tokens'), tokens.join('\n'))
  await writeFile(file('token'), tokens[0] ?? '')
  keepToOtherCore()

  const upstreamPort = await freePort()
  running.push(startBeside(program('upstream'), [String(upstreamPort)]))
  await untilListening(upstreamPort)

  const startMs = await measureStarts(upstreamPort)
  const { decideMicros, readAndDecideMicros } = measureDecisions()
  const throughput = await compare(upstreamPort)
  const memoryMiB = await measureMemory(upstreamPort)
  progress.end()

  const [direct, gateway, httpProxy, undici] = throughput
  if (!direct || !gateway || !httpProxy || !undici) throw new Error('something was not measured')
  const targets: Target[] = [
    {
      what: 'requests/s against bare http-proxy',
      measured: medianRatio(gateway, httpProxy),
      unit: '×',
      atLeast: 1.6,
    },
    {
      what: 'requests/s against bare undici',
      measured: medianRatio(gateway, undici),
      unit: '×',
      atLeast: 0.75,
    },
    { what: 'deciding a request, token cached', measured: decideMicros, unit: 'µs', below: 3 },
    { what: `memory${amount()}`, measured: memoryMiB, unit: 'MiB', below: 120 },
    { what: 'start to listening', measured: startMs, unit: 'ms', below: 400 },
  ]
  const lines = [
    `${machine()}; the gateway and its peers on one core, load and upstream on another`,
    `${connections} connections, ${plan.rounds} rounds of ${plan.roundMs / 1000} s each in turn, medians; ` +
      `${tokenBytes}-byte ES384 token, ${routeCount} routes, a log line a request`,
    formatThroughput(throughput),
    formatTargets(targets),
    `Reading head and target before the decision makes it ${readAndDecideMicros.toFixed(2)} µs.`,
  ]
  process.stdout.write(`${lines.join('\n\n')}\n`)
}

/** Of the memory figure: --quick sends less than the target speaks of. */
function amount(): string {
  return ` after ${plan.requests.toLocaleString('en')} requests, ${plan.tokens.toLocaleString('en')} tokens cached`
}

async function startGateway(upstreamPort: number, name = 'Scopegate'): Promise<Subject> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const config = gatewayConfig({ port, adminPort, upstreamPort, jwksFile: file('jwks.json') })
  await writeFile(file('gateway.yaml'), config)
  const child = startMeasured(
    gatewayProgram,
    ['serve', '--config', file('gateway.yaml')],
    file('gateway.log'),
  )
  running.push(child)
  await untilListening(port)
  return { name, port, process: child }
}

async function startForwarder(name: string, programName: string, upstreamPort: number): Promise<Subject> {
  const port = await freePort()
  const child = startMeasured(
    program(programName),
    [String(port), String(upstreamPort)],
    file('forwarders.log'),
  )
  running.push(child)
  await untilListening(port)
  return { name, port, process: child }
}

/** Median milliseconds from the start of the process to its first accepted connection. */
async function measureStarts(upstreamPort: number): Promise<number> {
  progress.step('starting the gateway, several times')
  const times: number[] = []
  for (let i = 0; i < plan.starts; i += 1) {
    const startedMs = performance.now()
    const { process: child } = await startGateway(upstreamPort)
    times.push(performance.now() - startedMs)
    await stop(child)
  }
  return median(times)
}

function measureDecisions(): { decideMicros: number; readAndDecideMicros: number } {
  progress.step('deciding requests whose tokens are cached')
  const args = [program('decide'), file('gateway.yaml'), file('tokens'), String(plan.decisions)]
  return JSON.parse(execFileSync('taskset', ['-c', '0', process.execPath, ...args], { encoding: 'utf8' }))
}

/** Everything is up all the time and loaded in turn; the order changes with the round. */
async function compare(upstreamPort: number): Promise<Throughput[]> {
  const subjects: Subject[] = [
    { name: 'upstream asked directly', port: upstreamPort, process: undefined },
    await startGateway(upstreamPort),
    await startForwarder('bare http-proxy 1.18.1', 'peers/forward-http-proxy', upstreamPort),
    await startForwarder('bare undici', 'peers/forward-undici', upstreamPort),
  ]
  await requireWork(subjects[1])
  const results = subjects.map(({ name }) => ({
    name,
    requestsPerSecond: [] as number[],
    cpuMicros: [] as number[],
  }))
  const load = {
    path: requestPath,
    tokensFile: file('token'),
    connections,
    requests: Number.MAX_SAFE_INTEGER,
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    for (let i = 0; i < subjects.length; i += 1) {
      const turn = (i + round) % subjects.length
      const [subject, result] = [subjects[turn], results[turn]]
      if (subject === undefined || result === undefined) continue
      progress.step(`round ${round + 1} of ${plan.rounds}: ${subject.name}`)
      const warmUpMs = round === 0 ? 5000 : 500
      const { requestsPerSecond, cpuMicros } = await runLoad(subject, {
        ...load,
        warmUpMs,
        forMs: plan.roundMs,
      })
      result.requestsPerSecond.push(requestsPerSecond)
      if (cpuMicros !== undefined) result.cpuMicros.push(cpuMicros)
    }
  }
  await Promise.all(subjects.map(({ process: child }) => stop(child)))
  return results
}

/** A gateway that let everybody in would be fast. */
async function requireWork(gateway: Subject | undefined): Promise<void> {
  const url = `http://127.0.0.1:${gateway?.port}${requestPath}`
  const wrong = [undefined, 'Bearer wrong', 'Bearer e30.e30.e30']
  for (const authorization of wrong) {
    const { status } = await fetch(url, authorization === undefined ? {} : { headers: { authorization } })
    if (status !== 401) throw new Error(`a request that must be refused was answered ${status}`)
  }
}

/** Resident MiB of a gateway that has served many users for a while. */
async function measureMemory(upstreamPort: number): Promise<number> {
  const subject = await startGateway(upstreamPort)
  progress.step(`sending ${plan.requests} requests with ${plan.tokens} tokens`)
  const load = { path: requestPath, tokensFile: file('tokens'), connections, warmUpMs: 0, forMs: 600_000 }
  await runLoad(subject, { ...load, requests: plan.requests }, (requests) =>
    progress.detail(String(requests)),
  )
  const resident = residentMiB(subject.process?.pid ?? 0)
  await stop(subject.process)
  return resident
}
