import { Composer, type CST, type Document, LineCounter, Parser } from 'yaml'
import { readNodeValues, UnreadableNode } from './node-values.ts'
import type { Place, Problem } from './place.ts'

/** One file as plain values, with the place of everything in it. Aliases share one value. */
export type SourceTree = {
  /** Undefined when the text cannot be read; then `problems` says why. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Of a member or an item, or of the container when it has none of this key. Undefined in other files. */
  placeOf(container: object, key: string | number): Place | undefined
  /** True when this key is written twice in its map: nobody can know which one is meant. */
  isTwice(container: object, key: string): boolean
  /** True for every object and list of this file. */
  owns(container: object): boolean
}

/** Reads JSON, or YAML 1.2 with anchors, aliases and merge keys. `file` is what positions name. */
export function readSourceTree(text: string, file: string): SourceTree {
  const lines = linesOf(text)
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  const unreadable = (offset: number, message: string): SourceTree => ({
    ...emptyTree,
    problems: [{ place: placeAt(offset), message }],
  })
  try {
    const [document, second] = parseYaml(text)
    const [fault] = [...document.errors, ...document.warnings]
    if (fault !== undefined) return unreadable(fault.pos[0], `not YAML or JSON: ${fault.message}`)
    if (second !== undefined) return unreadable(second.range[0], 'the file holds more than one document')
    return treeOf(document, placeAt)
  } catch (error) {
    if (error instanceof UnreadableNode) return unreadable(error.offset, error.message)
    if (error instanceof TooDeep) return unreadable(error.offset, tooDeep)
    throw error
  }
}

/** Lists and maps in each other. Documents have a few dozen. */
const deepestNesting = 500
const tooDeep = `lists and maps are nested more than ${deepestNesting} levels deep: write them flatter`

/** Thrown before anything recursive sees the text: where the stack ends, V8 may end the whole process. */
class TooDeep extends Error {
  readonly offset: number

  constructor(offset: number) {
    super(tooDeep)
    this.offset = offset
  }
}

const emptyTree: SourceTree = {
  value: undefined,
  problems: [],
  placeOf: () => undefined,
  isTwice: () => false,
  owns: () => false,
}

/** The library's own counter misses lines of text that it cannot read. */
function linesOf(text: string): LineCounter {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1)
  return lines
}

/** The first document, and the second where there is one. */
function parseYaml(text: string): readonly [Document.Parsed, Document.Parsed | undefined] {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    prettyErrors: false,
    // The walk finds duplicates: the library takes quadratic time.
    uniqueKeys: false,
  })
  const [first, second] = composer.compose(usable(new Parser().parse(text)), true, text.length)
  if (first === undefined) throw new Error('there is always a first one')
  return [first, second]
}

/** Up to the first error: a log of JSON lines has one in each line, and all of them would fill the memory. */
function* usable(tokens: Iterable<CST.Token>): Generator<CST.Token> {
  for (const token of tokens) {
    refuseDepth(token)
    yield token
    if (token.type === 'error') return
  }
}

function refuseDepth(root: CST.Token): void {
  const open: { readonly token: CST.Token | null | undefined; readonly depth: number }[] = [
    { token: root, depth: 0 },
  ]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next
    if (token === null || token === undefined) continue
    if (depth > deepestNesting) throw new TooDeep(token.offset)
    if (token.type === 'document') open.push({ token: token.value, depth })
    if (!('items' in token)) continue
    for (const { key, value } of token.items)
      open.push({ token: key, depth: depth + 1 }, { token: value, depth: depth + 1 })
  }
}

function treeOf({ contents }: Document.Parsed, placeAt: (offset: number) => Place): SourceTree {
  const { value, offsets, twice, problems } = readNodeValues(contents)
  return {
    value,
    problems: problems.map(({ offset, message }) => ({
      place: placeAt(offset),
      message: message((at) => placeAt(at).line),
    })),
    placeOf(container, key) {
      const known = offsets.get(container)
      return known && placeAt(known.get(key) ?? known.values().next().value ?? 0)
    },
    isTwice: (container, key) => twice.get(container)?.has(key) === true,
    owns: (container) => offsets.has(container),
  }
}
