import { randomBytes } from 'node:crypto'
import type { Config } from '../config.ts'
import type { Context } from './context.ts'

/**
 * It holds as long as the process that reads the file: a reload changes nothing, and the workers get it with
 * the configuration.
 */
const keyOfThisStart = randomBytes(32).toString('base64')

export function composeLog({ input: { log } }: Context): Config['log'] {
  return log.pseudonymise ? { ...log, pseudonymKey: log.pseudonymKey ?? keyOfThisStart } : log
}
