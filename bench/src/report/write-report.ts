import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repositoryFolder } from '../programs.ts'
import { fillMarkers } from './markers.ts'
import { asResults, createParts } from './parts.ts'
import { drawPlots } from './plots.ts'
import { readStored } from './store.ts'

const docsFolder = join(repositoryFolder, 'docs')

/** Puts what bench/results holds into docs/performance.md, and draws its plots. Measures nothing. */
export async function writeReport(): Promise<void> {
  const stored = await readStored()
  const page = join(docsFolder, 'performance.md')
  await writeFile(page, fillMarkers(await readFile(page, 'utf8'), createParts(stored)))
  for (const { file, svg } of drawPlots(asResults(stored))) await writeFile(join(docsFolder, file), svg)
}

if (import.meta.filename === process.argv[1]) await writeReport()
