import { createHash } from 'node:crypto'

/** True when the upstream has proved that it read this very handshake (RFC 6455 section 4.2.2). */
export function acceptsHandshake(
  status: number,
  response: readonly (Buffer | string)[],
  request: readonly string[],
): boolean {
  const key = fieldValue(request, 'sec-websocket-key') ?? ''
  const proof = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const upgrade = fieldValue(response, 'upgrade')?.toLowerCase()
  return status === 101 && upgrade === 'websocket' && fieldValue(response, 'sec-websocket-accept') === proof
}

function fieldValue(list: readonly (Buffer | string)[], lowerCaseName: string): string | undefined {
  for (let i = 0; i < list.length; i += 2) {
    if (String(list[i]).toLowerCase() === lowerCaseName) return String(list[i + 1]).trim()
  }
  return undefined
}
