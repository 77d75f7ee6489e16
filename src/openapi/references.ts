import { isMembers, type Members } from './members.ts'
import type { Place, Problem } from './place.ts'
import type { SourceReader } from './source-reader.ts'
import { readSourceTree, type SourceTree } from './source-tree.ts'

/** Every file of a document, and where its references lead. */
export type References = {
  /** The value itself, or what it refers to in the end; undefined for nowhere and for a circle. */
  follow(value: unknown): unknown
  /** The value that a reference in this object or list names, which may be a reference again. */
  find(reference: string, holder: object): unknown
  /** The file that holds this object or list. */
  treeOf(container: object): SourceTree | undefined
  readonly problems: readonly Problem[]
}

/** An object that refers to a value elsewhere. */
type Reference = Members & { readonly $ref: string }

type File = { readonly location: URL; readonly tree: SourceTree; readonly references: readonly Reference[] }

/** A file, or why there is none. */
type Opened = { readonly file: File } | { readonly fault: string }

/** References that are followed for one value: each takes room on the stack. */
const hopLimit = 100

/** Reads the files that are referred to, one after the other, each once. */
export async function createReferences(start: SourceTree, sources: SourceReader): Promise<References> {
  const first = openFile(start, sources.start)
  const opened = new Map<string, Opened>([[sources.start.href, { file: first }]])
  const files = [first]
  for (const file of files) {
    for (const { $ref } of file.references) {
      const target = targetOf($ref, file.location)
      if (target === undefined || opened.has(target.href)) continue
      const next = await openAt(target, sources)
      opened.set(target.href, next)
      if ('file' in next) files.push(next.file)
    }
  }
  return referencesOf(files, opened)
}

function openFile(tree: SourceTree, location: URL): File {
  return { tree, location, references: referencesIn(tree.value) }
}

async function openAt(location: URL, sources: SourceReader): Promise<Opened> {
  const content = await sources.read(location)
  const name = sources.nameOf(location)
  if ('fault' in content) return { fault: `${name} is ${content.fault}` }
  const tree = readSourceTree(content.text, name)
  const [problem] = tree.problems
  if (tree.value === undefined) return { fault: `${name} is ${problem?.message ?? 'empty'}` }
  return { file: openFile(tree, location) }
}

/** Every reference in a value, each once, whatever it is a part of. */
function referencesIn(value: unknown): Reference[] {
  const found: Reference[] = []
  const seen = new Set<object>()
  const open = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null || seen.has(next)) continue
    seen.add(next)
    if (isReference(next)) found.push(next)
    for (const member of Object.values(next).reverse()) if (typeof member === 'object') open.push(member)
  }
  return found
}

function isReference(value: unknown): value is Reference {
  return isMembers(value) && typeof value['$ref'] === 'string'
}

/** The file that a reference names, without its fragment. */
function targetOf(reference: string, base: URL): URL | undefined {
  if (!URL.canParse(reference, base.href)) return undefined
  const target = new URL(reference, base)
  target.hash = ''
  return target
}

function referencesOf(files: readonly File[], opened: ReadonlyMap<string, Opened>): References {
  const known = new Map<Reference, unknown>()
  const fileOf = (container: object) => files.find(({ tree }) => tree.owns(container))

  type Looked = { readonly value: unknown } | { readonly fault: string }

  function look(reference: Reference, hops: number): Looked {
    return lookFrom(reference, reference.$ref, hops)
  }

  function lookFrom(holder: object, $ref: string, hops: number): Looked {
    const from = fileOf(holder)
    const target = from && targetOf($ref, from.location)
    if (target === undefined) return { fault: 'no URL reference' }
    const found = opened.get(target.href)
    if (found === undefined || 'fault' in found) return { fault: found?.fault ?? 'not read' }
    const hash = $ref.indexOf('#')
    const pointer = hash === -1 ? '' : $ref.slice(hash + 1)
    return walk(found.file.tree.value, pointer, hops)
  }

  /** RFC 6901, in a URI fragment (section 6). A step into a reference goes on where that leads. */
  function walk(root: unknown, pointer: string, hops: number) {
    const steps = stepsOf(pointer)
    if (steps === undefined) return { fault: 'no JSON pointer: write it as #/components/schemas/Name' }
    let value = root
    for (const step of steps) {
      const container = isReference(value) && !Object.hasOwn(value, step) ? followed(value, hops + 1) : value
      if (typeof container !== 'object' || container === null || !Object.hasOwn(container, step))
        return nothing
      value = (container as Record<string, unknown>)[step] // hasOwn() says so.
    }
    return { value }
  }

  /** Each reference once, or a few that lead to each other would take exponential time. */
  function followed(value: unknown, hops: number): unknown {
    if (!isReference(value)) return value
    if (known.has(value)) return known.get(value)
    // Until it is known it leads nowhere: coming back to it is a circle.
    known.set(value, undefined)
    const next = hops > hopLimit ? nothing : look(value, hops)
    const found = 'fault' in next ? undefined : followed(next.value, hops + 1)
    known.set(value, found)
    return found
  }

  const problemOf = (file: File, reference: Reference): Problem[] => {
    const place = file.tree.placeOf(reference, '$ref') ?? nowhere
    const next = look(reference, 0)
    if ('fault' in next) return [{ place, message: `missing reference ${reference.$ref}: ${next.fault}` }]
    if (followed(reference, 0) !== undefined) return []
    // The reference that leads nowhere is reported itself.
    return isReference(next.value) && 'fault' in look(next.value, 0) ? [] : [{ place, message: circle }]
  }

  return {
    follow: (value) => followed(value, 0),
    find(reference, holder) {
      const found = lookFrom(holder, reference, 0)
      return 'fault' in found ? undefined : found.value
    },
    treeOf: (container) => fileOf(container)?.tree,
    problems: files.flatMap((file) => [
      ...file.tree.problems,
      ...file.references.flatMap((reference) => problemOf(file, reference)),
    ]),
  }
}

const nothing = { fault: 'nothing is there' } as const
const nowhere: Place = { file: '', line: 1, column: 1 }
const circle = 'this reference leads back to itself: write out what is meant'

function stepsOf(pointer: string): string[] | undefined {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) return undefined
  try {
    const steps = decodeURIComponent(pointer).slice(1).split('/')
    return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  } catch {
    return undefined
  }
}
