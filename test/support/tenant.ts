import { onTestFinished } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import type { LogtoConfig } from '../../src/config/logto-config.ts'
import { emptyData, type LogtoData, managementAccount } from '../../src/dev/logto/data.ts'
import { type StandInLogto, startStandInLogto } from '../../src/dev/logto/stand-in-logto.ts'
import { applyPlan } from '../../src/logto/apply.ts'
import type { Change } from '../../src/logto/change.ts'
import { createManagement, type Management } from '../../src/logto/management.ts'
import { planOf } from '../../src/logto/plan.ts'
import { readTenant } from '../../src/logto/read-tenant.ts'

/** The file of the story, every part of the `logto:` block in it. */
export function storyFile(origin: string): string {
  return `issuer: { logto: "${origin}" }
apis:
  todo:
    name: Todo API
    resource: https://api.example.com/
    upstream: http://legacy-api:3000
    permissions: { read: Read the todos, write: Change the todos }
    routes: { /todos: { GET: read, POST: write } }
logto:
  management: { id: ${managementAccount.id}, secret: ${managementAccount.secret} }
  defaultApi: todo
  accessTokenTtl: 15m
  roles:
    My role: { description: May read, todo: read }
    Nightly: { description: Jobs, machine: true, todo: read write }
  applications:
    ChatGPT: { type: traditional, redirectUris: ["https://chatgpt.example/callback"], refreshTokens: always }
    Nightly job: { type: machine, roles: [Nightly] }
    Gateway: { type: machine, tokenExchange: true }
    Partner: { type: traditional, thirdParty: true, consent: { todo: read } }
  users: { alice: [My role] }
  webhook: { url: https://api.example.com/.scopegate/logto }
`
}

/** A stand-in tenant with alice and bob, who hold nothing. */
export async function startTenant(data: LogtoData = emptyData('alice', 'bob')): Promise<StandInLogto> {
  const standIn = await startStandInLogto({ data })
  onTestFinished(() => standIn.close())
  return standIn
}

export function logtoOf(yaml: string): LogtoConfig {
  const { config, issues } = parseConfig(yaml, {
    fileName: '/nowhere/gateway.yaml',
    env: {},
    use: 'provision',
  })
  if (config?.logto === undefined) throw new Error(JSON.stringify(issues))
  return config.logto
}

export function managementOf(logto: LogtoConfig): Management {
  const management = createManagement(logto, {})
  onTestFinished(() => management.close())
  return management
}

/** The lines of a plan, as they are printed. */
export async function plannedLines(logto: LogtoConfig, prune = false): Promise<string[]> {
  const { changes, faults } = planOf(await readTenant(managementOf(logto), logto), logto, { prune })
  return [...changes.map(({ sign, text }) => `${sign} ${text}`), ...faults.map((fault) => `! ${fault}`)]
}

/** Applies, and resolves to the changes that were made. */
export async function applyTo(logto: LogtoConfig, prune = false): Promise<Change[]> {
  const management = managementOf(logto)
  const made: Change[] = []
  const tenant = await readTenant(management, logto)
  await applyPlan(management, logto, { tenant, prune, done: (change) => void made.push(change) })
  return made
}

/** The content of a tenant, without the ids that are made anew each time. */
export function contentOf(data: LogtoData): unknown {
  return JSON.parse(
    JSON.stringify(
      { ...data, applications: data.applications.map(({ id: _, secret: __, ...one }) => one) },
      (key, value) => (key === 'id' || key === 'signingKey' ? undefined : value),
    ),
  )
}
