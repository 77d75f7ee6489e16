import { decide } from '../../access/decision.ts'
import type { Config } from '../../config/config.ts'
import type { CompiledRoute } from '../../gateway/compile-route.ts'
import { createGateway, type Gateway } from '../../gateway/gateway.ts'
import { createRuntime } from '../../gateway/runtime.ts'
import type { Logger } from '../../log/logger.ts'
import type { Requirement } from '../../route/requirement.ts'
import { createCutOffs } from '../../token/cut-offs.ts'

export type TokenReport = {
  /** A line for each route that needs a token. */
  readonly lines: readonly string[]
  /** Whether any API takes this token, whatever it may do there. */
  readonly isAccepted: boolean
}

/** Says what a token may do, route by route, and why not: decided as the gateway does it. */
export async function tokenReport(config: Config, token: string): Promise<TokenReport> {
  const runtime = createRuntime({
    log: silent,
    cutOffs: createCutOffs(() => config.tokens),
    revoke: async () => {},
    cacheMaxEntries: 100,
    series: 1,
  })
  const gateway: Gateway = createGateway({ config, runtime, current: () => gateway })
  try {
    const verdicts: Verdict[] = []
    for (const route of gateway.routes)
      if (route.verifier !== undefined) verdicts.push(await ask(route, token))
    return {
      lines: verdicts.map(({ line }) => line),
      isAccepted: verdicts.some(({ isVerified }) => isVerified),
    }
  } finally {
    gateway.close()
  }
}

const nothing = () => {}
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, write: nothing }

type Verdict = { readonly line: string; readonly isVerified: boolean }

async function ask(route: CompiledRoute, token: string): Promise<Verdict> {
  const name = `${route.api}: ${route.methods.join(' ')} ${route.pattern}`
  if (route.requirement.kind === 'public') return { line: `${name}: yes, it is public`, isVerified: false }
  const verification = await route.verifier?.verify(token, Date.now())
  if (verification === undefined || !verification.verified)
    return { line: `${name}: no: ${verification?.detail ?? 'no issuer'}`, isVerified: false }
  const shortfall = decide(route, verification.token, route.pattern)
  if (shortfall === undefined) return { line: `${name}: yes`, isVerified: true }
  const isOfPath = shortfall.code === 'condition_failed' && dependsOnPath(route.requirement)
  const answer = isOfPath
    ? 'it depends on the path: a claim must equal a part of it'
    : `no: ${shortfall.detail}`
  return { line: `${name}: ${answer}`, isVerified: true }
}

function dependsOnPath(requirement: Requirement): boolean {
  return requirement.kind !== 'public' && requirement.where.some(({ expected }) => 'param' in expected)
}
