import { randomBytes } from 'node:crypto'

/** As Logto makes them: 43 base64url characters, no two alike. */
export function createOpaqueTokens(count: number): string[] {
  return Array.from({ length: count }, () => randomBytes(32).toString('base64url'))
}
