import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type BundledPackage = {
  readonly folder: string
  readonly name: string
  readonly version: string
  /** SPDX identifier. */
  readonly license: string
}

/** The packages that these files are from, by folder name. */
export function bundledPackages(files: readonly string[]): BundledPackage[] {
  const folders = files.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0])
  return [...new Set(folders)]
    .filter((folder) => folder !== undefined)
    .sort()
    .map((folder) => {
      const text = readFileSync(join(folder, 'package.json'), 'utf8')
      const { name, version, license } = JSON.parse(text) as BundledPackage // npm has read it before.
      return { folder, name, version, license }
    })
}
