import { resolve } from 'node:path'
import type { ComposeService } from './compose-file.ts'

/** Lines to add to a compose file, so that the gateway is the only way to the upstream. */
export function composeFragment(
  out: string,
  upstream: string,
  services: readonly ComposeService[],
): readonly string[] {
  const service = services.find(({ origin }) => origin === upstream)
  const file = resolve(out)
  const depends = service === undefined ? [] : [`    depends_on: [${JSON.stringify(service.name)}]`]
  const publishes = service?.isPublished
    ? [`Take ports: away from ${service.name}: whoever reaches it past the gateway needs no token.`]
    : []
  return [
    '',
    'Add to the compose file:',
    '',
    'services:',
    '  gateway:',
    '    image: scopegate',
    "    ports: ['127.0.0.1:8080:8080']",
    `    volumes: [${JSON.stringify(`${file}:/etc/scopegate/gateway.yaml:ro`)}]`,
    '    read_only: true',
    ...depends,
    ...publishes,
  ]
}
