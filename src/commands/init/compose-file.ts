import { readFileSync } from 'node:fs'
import { messageOf } from '../../errors.ts'
import { isMembers, type Members } from '../../openapi/members.ts'
import type { Problem } from '../../openapi/place.ts'
import { readSourceTree } from '../../openapi/source-tree.ts'

/** A service that may be an API, and where other services of the file reach it. */
export type ComposeService = { readonly name: string; readonly origin: string; readonly isPublished: boolean }

/** Larger ones are no compose files. */
const limitBytes = 1024 * 1024

/** The services of a docker-compose file that may be upstreams. */
export function readComposeFile(
  fileName: string,
): readonly ComposeService[] | { readonly problems: readonly Problem[] } {
  const top = { file: fileName, line: 1, column: 1 }
  try {
    const text = readFileSync(fileName, 'utf8')
    if (text.length > limitBytes) return { problems: [{ place: top, message: 'larger than 1 MiB' }] }
    const { value, problems } = readSourceTree(text, fileName)
    if (value === undefined) return { problems }
    const services = isMembers(value) ? value['services'] : undefined
    if (!isMembers(services)) return { problems: [{ place: top, message: 'a compose file has services:' }] }
    return Object.entries(services).flatMap(([name, service]) => serviceOf(name, service))
  } catch (error) {
    return { problems: [{ place: top, message: messageOf(error) }] }
  }
}

/** These speak no HTTP, or are no API. */
const noApi =
  /(?:^|[/_-])(?:postgres|mysql|mariadb|mongo|redis|valkey|memcached|rabbitmq|kafka|zookeeper|logto|scopegate)/i

function serviceOf(name: string, service: unknown): ComposeService[] {
  if (!isMembers(service) || !/^[a-z0-9][a-z0-9_.-]*$/i.test(name)) return []
  const image = typeof service['image'] === 'string' ? service['image'] : name
  if (noApi.test(image)) return []
  const port = portOf(service)
  return [
    {
      name,
      origin: `http://${name}${port === 80 ? '' : `:${port}`}`,
      isPublished: Array.isArray(service['ports']) && service['ports'].length > 0,
    },
  ]
}

/** The port inside, which other services reach. */
function portOf(service: Members): number {
  const listed = [service['expose'], service['ports']].flatMap((list) => (Array.isArray(list) ? list : []))
  const ports = listed.map((port: unknown) => {
    const target = isMembers(port) ? port['target'] : port
    return Number(/(\d+)(?:\/tcp)?$/.exec(String(target))?.[1])
  })
  return ports.find((port) => port > 0 && port <= 65_535) ?? 80
}
