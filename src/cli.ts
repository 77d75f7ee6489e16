#!/usr/bin/env node
import { Command, CommanderError } from 'commander'

/** Exit status: 0 done, 1 the configuration is at fault, 64 wrong usage (sysexits.h). */
const wrongUsage = 64

const program = new Command('scopegate')
  .description('Puts OAuth 2 user authorization in front of an API that has none.')
  .exitOverride()
  .showHelpAfterError()

const configFlag = [
  '--config <file>',
  'configuration file',
  process.env['SCOPEGATE_CONFIG'] ?? 'gateway.yaml',
] as const

program
  .command('serve')
  .description('run the gateway; SIGHUP reloads the configuration, SIGTERM stops gracefully')
  .option(...configFlag)
  .action(async ({ config }: { config: string }) => {
    const { serve } = await import('./serve.ts')
    process.exitCode = await serve(config)
  })

program
  .command('check')
  .description('print every problem of a configuration file')
  .option(...configFlag)
  .option('--strict', 'fail on warnings too', false)
  .action(async ({ config, strict }: { config: string; strict: boolean }) => {
    const { check } = await import('./check.ts')
    process.exitCode = check(config, strict)
  })

program
  .command('demo')
  .description('play the founding story with a stand-in for Logto and a sample API')
  .option('--once', 'end after the story', false)
  .option('--port <port>', 'port of the gateway', '8080')
  .action(async ({ once, port }: { once: boolean; port: string }) => {
    const { runDemo } = await import('./dev/demo.ts')
    process.exitCode = await runDemo({ once, port: Number(port) })
  })

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : wrongUsage
}
