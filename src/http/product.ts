import { existsSync, readFileSync } from 'node:fs'

/** The version of this program, as its package says. */
export const version: string = readVersion()

/**
 * The value of User-Agent in the gateway's own requests (RFC 9110 section 10.1.5): some firewalls refuse
 * those without.
 */
export const userAgent = `scopegate/${version}`

/** One folder up from the program in one file, two from this file by itself. */
function readVersion(): string {
  const places = ['../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url))
  const found = places.find((place) => existsSync(place))
  if (found === undefined) return 'unknown'
  const { version: text } = JSON.parse(readFileSync(found, 'utf8')) // Ours.
  return String(text)
}
