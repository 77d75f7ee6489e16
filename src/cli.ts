#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { DoctorFlags as ChatGptDoctorFlags } from './commands/chatgpt/doctor.ts'
import type { SetupFlags } from './commands/chatgpt/setup.ts'
import type { CheckOptions } from './commands/check.ts'
import type { InitFlags } from './commands/init/answers.ts'
import type { ApplyFlags } from './commands/logto/apply.ts'
import type { DoctorFlags } from './commands/logto/doctor.ts'
import type { PlanFlags } from './commands/logto/plan.ts'
import type { RevokeFlags } from './commands/revoke.ts'
import type { DemoOptions } from './dev/demo/demo-options.ts'
import { version } from './http/product.ts'
import { parseInstant } from './token/instant.ts'

/** Exit status: 0 done, 1 the configuration is at fault, 64 wrong usage (sysexits.h). */
const wrongUsage = 64

const program = new Command('scopegate')
  .description('Puts OAuth 2 user authorization in front of an API that has none.')
  .version(version)
  .exitOverride()
  .showHelpAfterError()

const configFlag = [
  '-c, --config <file>',
  'configuration file',
  process.env['SCOPEGATE_CONFIG'] ?? 'gateway.yaml',
] as const

const fileArgument = ['[file]', 'configuration file, instead of --config'] as const

type ConfigFlag = { readonly config: string }

/** Named twice and differently, nobody can know which file is meant. */
function oneFile(file: string | undefined, { config }: ConfigFlag, command: Command): string {
  if (file !== undefined && file !== config && command.getOptionValueSource('config') === 'cli')
    command.error(`error: two files are named, ${file} and ${config}: name one`)
  return file ?? config
}

program
  .command('serve')
  .description('run the gateway; SIGHUP reloads the configuration, SIGTERM stops gracefully')
  .argument(...fileArgument)
  .option(...configFlag)
  .action(async (file: string | undefined, options: ConfigFlag, command: Command) => {
    const fileName = oneFile(file, options, command)
    const { serve } = await import('./commands/serve.ts')
    // Nothing that may be left, such as a log destination that is stuck, holds up those who wait for this
    // process.
    process.exit(await serve(fileName, version))
  })

program.command('worker', { hidden: true }).action(async () => {
  const { runWorker } = await import('./workers/worker.ts')
  process.exit(await runWorker())
})

program
  .command('check')
  .description('print every problem of a configuration file, and how it was understood')
  .argument(...fileArgument)
  .option(...configFlag)
  .option('--strict', 'fail on warnings too', false)
  .option('--online', 'ask the issuers and the Management API, and connect to every upstream', false)
  .option('--openapi <file|url>', 'compare the routes with this document; exit status 2 where they differ')
  .option('--server <url>', 'server whose path the upstream has, where the document names several')
  .option('--root <folder>', 'folder below which the document may refer to files, instead of its own')
  .action(async (file: string | undefined, options: ConfigFlag & CheckOptions, command: Command) => {
    const fileName = oneFile(file, options, command)
    const { check } = await import('./commands/check.ts')
    process.exitCode = await check(fileName, options)
  })

program
  .command('init')
  .description('write a configuration file, from an OpenAPI document where there is one')
  .option('--openapi <file|url>', 'OpenAPI 3.0, 3.1 or Swagger 2.0 document of the API')
  .option('--compose <file>', 'docker-compose file whose services are proposed as upstreams')
  .option('--upstream <url>', 'where allowed requests go, such as http://legacy-api:3000')
  .option('--logto <url>', 'your Logto, such as https://tenant.logto.app')
  .option('--resource <url>', 'the API identifier in Logto, byte for byte')
  .option('--server <url>', 'server whose path the upstream has, where the document names several')
  .option('--root <folder>', 'folder below which the document may refer to files, instead of its own')
  .option('--out <file>', 'file to write', 'gateway.yaml')
  .option('--force', 'overwrite the file', false)
  .action(async (options: InitFlags) => {
    const { init } = await import('./commands/init.ts')
    process.exitCode = await init(options)
  })

program
  .command('health')
  .description('ask the gateway that runs with this file, at its admin listener, whether it lives')
  .argument(...fileArgument)
  .option(...configFlag)
  .action(async (file: string | undefined, options: ConfigFlag, command: Command) => {
    const fileName = oneFile(file, options, command)
    const { health } = await import('./commands/health.ts')
    process.exitCode = await health(fileName)
  })

program
  .command('revoke')
  .description('have the gateway that runs with this file refuse the tokens issued so far to someone')
  .argument(...fileArgument)
  .option(...configFlag)
  .option('--sub <id>', 'of this user', once)
  .option('--client <id>', 'of this client', once)
  .option('--organization <id>', 'of this organization', once)
  .option('--all', 'of everybody')
  .option('--before <time>', 'issued until then, such as 2026-01-31T12:00:00Z; default: until now', time)
  .option('--issuer <name>', 'by this issuer alone: its name in the file, or its iss', once)
  .action(async (file: string | undefined, options: ConfigFlag & RevokeFlags, command: Command) => {
    const fileName = oneFile(file, options, command)
    const { config: _, ...flags } = options
    const named = [flags.sub, flags.client, flags.organization, flags.all]
    if (named.filter((who) => who !== undefined).length !== 1)
      command.error('error: say whose tokens end by one of --sub, --client, --organization and --all')
    const { revoke } = await import('./commands/revoke.ts')
    process.exitCode = await revoke(fileName, flags)
  })

program
  .command('schema')
  .description('print the JSON Schema of the configuration file, for editors')
  .action(async () => {
    const { printSchema } = await import('./commands/schema.ts')
    process.exitCode = printSchema(beside('gateway.schema.json'))
  })

const logto = program
  .command('logto')
  .description('set up a Logto tenant from the configuration file, or find what is wrong with it')

logto
  .command('plan')
  .description('print what apply would change; exit status 0 nothing, 2 something, 1 a fault')
  .argument(...fileArgument)
  .option(...configFlag)
  .option('--prune', 'take away what the file does not say, within what it names', false)
  .option('--json', 'print JSON', false)
  .action(async (file: string | undefined, options: ConfigFlag & PlanFlags, command: Command) => {
    const fileName = oneFile(file, options, command)
    const { plan } = await import('./commands/logto/plan.ts')
    process.exitCode = await plan(fileName, options)
  })

logto
  .command('apply')
  .description('make the tenant what the file says; asks first')
  .argument(...fileArgument)
  .option(...configFlag)
  .option('--prune', 'take away what the file does not say, within what it names', false)
  .option('--yes', 'do not ask', false)
  .option('--secrets-dir <folder>', 'write secrets of applications and the signing key of the webhook there')
  .action(async (file: string | undefined, options: ConfigFlag & ApplyFlags, command: Command) => {
    const fileName = oneFile(file, options, command)
    const { apply } = await import('./commands/logto/apply.ts')
    process.exitCode = await apply(fileName, options)
  })

logto
  .command('doctor')
  .description('find what is wrong between the file, the issuer and the tenant; changes nothing')
  .argument(...fileArgument)
  .option(...configFlag)
  .addOption(
    new Option('--token <->', 'say, route by route, what the token on standard input may do').choices(['-']),
  )
  .action(async (file: string | undefined, options: ConfigFlag & DoctorFlags, command: Command) => {
    const fileName = oneFile(file, options, command)
    const { doctor } = await import('./commands/logto/doctor.ts')
    process.exitCode = await doctor(fileName, options)
  })

const chatgpt = program
  .command('chatgpt')
  .description('set ChatGPT up with this gateway, or find why it would not get along')

chatgpt
  .command('setup')
  .description('print what to paste into the GPT editor, and what to register in Logto')
  .argument(...fileArgument)
  .option(...configFlag)
  .option('--mcp', 'for an app that speaks MCP', false)
  .action(async (file: string | undefined, options: ConfigFlag & SetupFlags, command: Command) => {
    const fileName = oneFile(file, options, command)
    const { setup } = await import('./commands/chatgpt/setup.ts')
    process.exitCode = setup(fileName, options)
  })

chatgpt
  .command('doctor')
  .description('play ChatGPT against a running gateway, with a sign-in in the browser')
  .argument(...fileArgument)
  .option(...configFlag)
  .option('--url <url>', 'where the gateway runs. Default: publicUrl')
  .option('--client <id>', 'application that is ChatGPT. Default: the first of chatgpt.clients')
  .option('--callback <url>', 'where the browser comes back. Default: the first on loopback in redirectUris')
  .option('--no-browser', 'print the URL of the sign-in, and open no browser')
  .option('--code <code>', 'a code that was pasted from the browser, instead of a sign-in')
  .option('--mcp', 'play an app that speaks MCP', false)
  .option('--json', 'print JSON', false)
  .addHelpText('after', '\nSCOPEGATE_CLIENT_SECRET holds the secret of the application.')
  .action(async (file: string | undefined, options: ConfigFlag & ChatGptDoctorFlags, command: Command) => {
    const fileName = oneFile(file, options, command)
    const { doctor } = await import('./commands/chatgpt/doctor.ts')
    process.exitCode = await doctor(fileName, options)
  })

program
  .command('demo')
  .description('play the founding story with a stand-in for Logto and a sample API, or try your own')
  .option('--once', 'end after the story', false)
  .option('--port <port>', 'port of the gateway', portNumber, 8080)
  .option('--upstream <url>', 'your own API instead of the sample, such as http://localhost:3000')
  .option('--config <file>', 'your own routes, for your own API')
  .option('--container', 'listen on all addresses, and at fixed ports: for a container', false)
  .action(async (options: DemoOptions) => {
    const demo = await import('./dev/demo/demo.ts').catch(notPublished)
    process.exitCode = demo === undefined ? 1 : await demo.runDemo(options)
  })

/** A file of the package. */
function beside(name: string): URL {
  return new URL(`../${name}`, import.meta.url)
}

/** Of two, only one would be cut off. */
function once(text: string, earlier: string | undefined): string {
  if (earlier === undefined) return text
  throw new InvalidArgumentError('it is there twice: run the command once for each')
}

function time(text: string): string {
  if (parseInstant(text) !== undefined) return text
  throw new InvalidArgumentError('a time is written as 2026-01-31T12:00:00Z')
}

function portNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new InvalidArgumentError('a port is a number from 0 to 65535')
}

/** The stand-ins are development code: the package and the image leave them out. */
function notPublished(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
  process.stderr.write('The demo needs the source repository: clone it, then npm ci && npm run demo\n')
}

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : wrongUsage
}
