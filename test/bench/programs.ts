import { join } from 'node:path'

/** A program of this folder, as it was compiled. */
export const program = (name: string) => join(import.meta.dirname, `${name}.js`)

/** What `npm run build` makes; this folder was compiled to dist/dev/bench/test/bench. */
export const gatewayProgram = join(import.meta.dirname, '../../../..', 'cli.js')

export const repositoryFolder = join(import.meta.dirname, '../../../../..')
