import { readFileSync } from 'node:fs'

/**
 * `scopegate schema`: prints the JSON Schema of the configuration file, for editors. Returns the exit status.
 */
export function printSchema(file: URL): number {
  process.stdout.write(readFileSync(file, 'utf8'))
  return 0
}
