import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repositoryFolder } from '../programs.ts'
import type { Machine, Results, SectionResult } from '../results.ts'
import { allSections } from '../sections/all.ts'

/**
 * One file of bench/results. Each stands alone, so that a section can be measured again without the others.
 */
export type StoredSection = {
  readonly machine: Machine
  /** Peers that could not be had, where the section holds peers against the gateway. */
  readonly absent: Results['absent']
  readonly section: SectionResult
}

const folder = join(repositoryFolder, 'bench/results')
const fileOf = (id: string) => join(folder, `${id}.json`)

export async function storeSection(stored: StoredSection): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(fileOf(stored.section.id), `${JSON.stringify(stored, rounded, 2)}\n`)
}

/** In the order of the report; those that were never measured are left out. */
export async function readStored(): Promise<StoredSection[]> {
  const texts = await Promise.all(allSections.map(({ id }) => readFile(fileOf(id), 'utf8').catch(() => '')))
  const written = texts.filter((text) => text !== '')
  return written.map((text) => JSON.parse(text) as StoredSection) // Written above.
}

/** Six digits that count are more than any measurement here has. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value
}
