import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A program of this folder, as it was compiled. */
export const program = (name: string) => join(import.meta.dirname, `${name}.js`)

/** From `bench/dist`, where this file is compiled to, as from `bench/src`. */
export const repositoryFolder = join(import.meta.dirname, '../..')

/** What `npm run build` makes. */
export const gatewayProgram = join(repositoryFolder, 'dist/cli.js')

/** Those of this package, by their exact versions. */
export const { dependencies } = JSON.parse(
  readFileSync(join(repositoryFolder, 'bench/package.json'), 'utf8'),
) as typeof import('../package.json')
