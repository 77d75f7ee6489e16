import { formatIssue } from '../../src/config/issue.ts'
import { parseConfig } from '../../src/config/load.ts'
import { whole } from '../../src/config/load-whole.ts'
import type { Logger } from '../../src/log/logger.ts'
import { loadProfiles } from '../../src/logto/load-profiles.ts'
import type { Program } from '../../src/server/metrics-page.ts'
import { type Server, startServer } from '../../src/server/single-process.ts'

export type TestGateway = Omit<Server, 'reload'> & {
  /** Takes another configuration, without `listen` and `admin`, into use. */
  reload(yaml: string): Promise<void>
  /** Every log line so far, parsed. */
  readonly logs: Record<string, unknown>[]
  /** Every log line so far, as text. */
  logText(): string
}

const program: Program = {
  version: '1.2.3',
  config: { sha256: 'abc', loadedAtMs: 1_700_000_000_000 },
  isFileInForce: true,
  droppedLines: 0,
}

async function load(yaml: string) {
  const admin = /^admin:/m.test(yaml) ? '' : 'admin: { listen: "127.0.0.1:0" }\n'
  const text = `listen: 127.0.0.1:0\n${admin}${yaml}`
  const result = await whole(parseConfig(text, { fileName: 'gateway.yaml', env: {} }))
  if (result.config === undefined)
    throw new Error(result.issues.map((issue) => formatIssue(issue, result)).join('\n'))
  return result.config
}

/** A real gateway on free ports, from a configuration without `listen`; `admin` may be there. */
export async function startGateway(yaml: string): Promise<TestGateway> {
  const lines: string[] = []
  const put = (level: string) => (fields: object, msg: string) =>
    void lines.push(JSON.stringify({ level, msg, ...fields }))
  const log: Logger = {
    debug: put('debug'),
    info: put('info'),
    warn: put('warn'),
    error: put('error'),
    write: (line) => void lines.push(line),
  }
  const server = await startServer({ config: await load(yaml), log, program, createProfiles: loadProfiles })
  return {
    port: server.port,
    adminPort: server.adminPort,
    reload: async (next) => server.reload(await load(next)),
    refreshKeys: () => server.refreshKeys(),
    revoke: (withdrawals) => server.revoke(withdrawals),
    takeSeen: () => server.takeSeen(),
    stop: () => server.stop(),
    get logs() {
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    },
    logText: () => lines.join('\n'),
  }
}
