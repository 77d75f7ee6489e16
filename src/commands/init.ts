import { existsSync, writeFileSync } from 'node:fs'
import { formatIssue } from '../config/issue.ts'
import { parseConfig } from '../config/load.ts'
import { type Problem, placeText } from '../openapi/place.ts'
import { createSourceReader } from '../openapi/source-reader.ts'
import { type Translation, translate } from '../openapi/translation.ts'
import { type Answers, createAnswers, type InitFlags } from './init/answers.ts'
import { type ComposeService, readComposeFile } from './init/compose-file.ts'
import { composeFragment } from './init/compose-fragment.ts'
import { gatewayFileText } from './init/gateway-file.ts'
import { plainRoutes } from './init/plain-routes.ts'
import { printableLine } from './init/printable-line.ts'
import { summaryLines } from './init/summary.ts'

/**
 * `scopegate init`: writes a configuration file, from an OpenAPI document where there is one. Resolves to the
 * exit status: 0 written and exact, 2 written but not exact, 1 not written.
 */
export async function init(flags: InitFlags): Promise<number> {
  if (existsSync(flags.out) && !flags.force)
    return fail(`${flags.out} exists and stays as it is: name another with --out, or say --force`)
  const services = flags.compose === undefined ? [] : readComposeFile(flags.compose)
  if ('problems' in services) return failAt(services.problems)
  const answers = createAnswers(flags, services)
  try {
    const start = await answers.document()
    const read = start === undefined ? undefined : await translation(start, flags, answers)
    if (typeof read === 'number') return read
    return await write(flags, answers, read, services)
  } finally {
    answers.close()
  }
}

/** Asks which server is meant where several are possible. A number is the exit status. */
async function translation(start: string, flags: InitFlags, answers: Answers): Promise<Translation | number> {
  const sources = () => createSourceReader(start, flags.root)
  const read = await translate(sources(), flags.server)
  if (!('kind' in read)) return read
  if (read.kind === 'fault') return failAt(read.problems)
  if (flags.server !== undefined)
    return fail('--server is a URL or a path, such as https://api.example.com/v1')
  const server = await answers.server(read.servers)
  if (server === undefined) return answers.fail()
  const again = await translate(sources(), server)
  if (!('kind' in again)) return again
  return again.kind === 'fault' ? failAt(again.problems) : fail('no such server')
}

async function write(
  flags: InitFlags,
  answers: Answers,
  read: Translation | undefined,
  services: readonly ComposeService[],
): Promise<number> {
  const routes = read?.routes ?? plainRoutes
  const isProtected = routes.paths.some(({ methods }) =>
    [...methods.values()].some(({ requirement }) => requirement.kind !== 'public'),
  )
  const upstream = await answers.upstream(read?.server)
  const logto = isProtected ? await answers.logto() : undefined
  if (upstream === undefined || (isProtected && logto === undefined)) return answers.fail()
  const resource = await answers.resource(read?.server, upstream)
  const text = gatewayFileText({
    name: nameOf(read?.title),
    ...{ resource, upstream, logto, routes },
    source: flags.openapi,
    leftOut: read?.leftOut ?? [],
  })
  const fault = faultOf(text, flags.out)
  if (fault !== undefined) return fail(fault)
  writeFileSync(flags.out, text, { flag: flags.force ? 'w' : 'wx' })
  const lines = [
    ...summaryLines(flags.out, read, routes),
    ...(flags.compose === undefined ? [] : composeFragment(flags.out, upstream, services)),
  ]
  process.stdout.write(lines.map((line) => `${printableLine(line)}\n`).join(''))
  const isExact = read === undefined || (read.leftOut.length === 0 && read.placed.every(isExactlyPlaced))
  return isExact ? 0 : 2
}

function isExactlyPlaced({ forms }: Translation['placed'][number]): boolean {
  return forms.widened === undefined
}

/** A key that is easy to write. */
function nameOf(title: string | undefined): string {
  const words = (title ?? '').toLowerCase().match(/[a-z][a-z0-9]*/g) ?? []
  return (
    words
      .filter((word) => !['api', 'openapi', 'swagger'].includes(word))
      .join('-')
      .slice(0, 40) || 'api'
  )
}

/** A value of a flag may be wrong. What this command makes itself never is. */
function faultOf(text: string, fileName: string): string | undefined {
  const loaded = parseConfig(text, { fileName, env: {} })
  const errors = loaded.issues.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return undefined
  const issues = errors.map((issue) => formatIssue(issue, { fileName, text })).join('\n')
  return `${fileName} is not written, since it would not be accepted:\n${issues}`
}

function failAt(problems: readonly Problem[]): number {
  return fail(problems.map(({ place, message }) => `${placeText(place)} ${message}`).join('\n'))
}

function fail(message: string): number {
  process.stderr.write(`${message.split('\n').map(printableLine).join('\n')}\n`)
  return 1
}
