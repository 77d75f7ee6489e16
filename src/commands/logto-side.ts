import type { Config } from '../config/config.ts'
import type { IssuerConnection } from '../issuer/options.ts'
import type { Logger } from '../log/logger.ts'
import type { Poll, PollOptions } from '../logto/poll.ts'
import type { RoleMembers } from '../logto/users-of-role.ts'
import type { WatchedUsers } from '../logto/watched-users.ts'
import type { UsersOfRole } from '../server/revocations.ts'
import type { Server } from '../server/single-process.ts'

/** Everything that this process asks Logto for all workers. Its code is loaded when a file needs it. */
export type LogtoSide = {
  readonly usersOfRole: UsersOfRole
  /** From then on Logto is asked now and then, where the configuration says so. */
  serve(server: Pick<Server, 'revoke' | 'takeSeen'>): void
  /** Goes on by this configuration. */
  follow(config: Config): void
  stop(): void
}

type Asked = Pick<PollOptions, 'issuer' | 'connection' | 'logto'>

export function createLogtoSide(initial: Config, log: Logger): LogtoSide {
  let server: Pick<Server, 'revoke' | 'takeSeen'> | undefined
  const poll = createPolls(() => server, log)
  let members = roleMembers(initial)

  return {
    usersOfRole(_, roleId) {
      if (members === undefined) return Promise.reject(new Error('logto.management is not configured'))
      return members.then((known) => known.find(roleId))
    },
    serve(started) {
      server = started
      poll.follow(pollOptions(initial))
    },
    follow(config) {
      void members?.then((known) => known.close())
      members = roleMembers(config)
      poll.follow(pollOptions(config))
    },
    stop() {
      poll.follow(undefined)
      void members?.then((known) => known.close())
    },
  }
}

/** Loaded at once: when a role changes, there is no time for it. */
function roleMembers(config: Config): Promise<RoleMembers> | undefined {
  const asked = config.revocation?.webhook && askedOf(config)
  return (
    asked &&
    import('../logto/users-of-role.ts').then(({ createRoleMembers }) =>
      createRoleMembers(asked.logto, asked.connection),
    )
  )
}

/** One poll at a time. Users stay watched over a reload, unless it is another tenant that is asked then. */
function createPolls(server: () => Pick<Server, 'revoke' | 'takeSeen'> | undefined, log: Logger) {
  let wanted: string | undefined
  let running: Poll | undefined
  let watch: { readonly tenant: string; readonly users: WatchedUsers } | undefined

  async function start(options: PollOptions, key: string): Promise<void> {
    const { createWatch, startPoll } = await import('../logto/poll.ts')
    const serving = server()
    if (wanted !== key || serving === undefined) return
    const tenant = JSON.stringify([options.issuer, options.logto.endpoint])
    if (watch?.tenant !== tenant) watch = { tenant, users: createWatch() }
    running = startPoll(options, { server: serving, log, watched: watch.users })
  }

  return {
    follow(options: PollOptions | undefined) {
      const key = options && JSON.stringify(options)
      if (key === wanted) return
      wanted = key
      running?.stop()
      running = undefined
      if (options !== undefined && key !== undefined) void start(options, key)
    },
  }
}

function pollOptions(config: Config): PollOptions | undefined {
  const { pollMs } = config.revocation ?? {}
  const asked = pollMs === undefined ? undefined : askedOf(config)
  if (asked === undefined || pollMs === undefined) return undefined
  return { ...asked, everyMs: pollMs, organizations: config.revocation?.organizations === true }
}

function askedOf({ revocation, logto, issuers }: Config): Asked | undefined {
  const issuer = [...issuers.values()].find((one) => one.issuer === revocation?.issuer)
  if (issuer === undefined || logto?.management === undefined) return undefined
  const { proxy, tls } = issuer
  const connection: IssuerConnection = {
    ...(proxy !== undefined && { proxy }),
    ...(tls !== undefined && { tls }),
  }
  const { endpoint, resource, management } = logto
  return { issuer: issuer.issuer, connection, logto: { endpoint, resource, management } }
}
