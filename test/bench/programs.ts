import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A program of this folder, as it was compiled. */
export const program = (name: string) => join(import.meta.dirname, `${name}.js`)

/** This file runs from `dist/dev/bench/test/bench`, where it was compiled to, and in unit tests from where it is. */
export const repositoryFolder = folderWith('package.json', import.meta.dirname)

/** What `npm run build` makes. */
export const gatewayProgram = join(repositoryFolder, 'dist/cli.js')

function folderWith(file: string, folder: string): string {
  if (existsSync(join(folder, file))) return folder
  if (folder === dirname(folder)) throw new Error(`there is no ${file} above ${import.meta.dirname}`)
  return folderWith(file, dirname(folder))
}
