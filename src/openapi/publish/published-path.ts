import type { Operation } from '../operation.ts'
import { partsOfTemplate, type TemplatePart } from '../template-parts.ts'

/** A path in the words of OpenAPI: literals, and parameters in braces. */
export type PublishedPath = {
  readonly template: string
  readonly parameters: readonly PublishedParameter[]
  readonly pieces: readonly Piece[]
}

export type PublishedParameter = {
  readonly name: string
  /** Its name in the document. */
  readonly writtenAs: string
}

/** A literal, or a parameter. */
export type Piece = string | PublishedParameter

/** A path behind `before`. A string says why OpenAPI has no words for it. */
export function publishedPath(before: string, { template, parameters }: Operation): PublishedPath | string {
  if (!template.startsWith('/')) return `a path starts with /: write /${template}`
  if (/(?<=\/)\((?:[^()/]+\/)+\)/.test(template)) return 'a part of its path can be left out: write two paths'
  const read = partsOfTemplate(template, parameters)
  if (typeof read === 'string') return read
  if (read.hasQuery) return 'its path holds a query: write it as a parameter'
  const taken = new Set<string>()
  const pieces = read.parts.map((part) => pieceOf(part, [...parameters.keys()], taken))
  return pathOf(before === '' ? pieces : [before, ...pieces])
}

/** The same path with other names: two paths that differ in these alone are one. */
export function renamed(path: PublishedPath, names: readonly PublishedParameter[]): PublishedPath {
  let index = 0
  return pathOf(
    path.pieces.map((piece) => {
      if (typeof piece === 'string') return piece
      const { name = piece.name } = names[index++] ?? {}
      return { name, writtenAs: piece.writtenAs }
    }),
  )
}

/** Equal for paths that differ in names alone. */
export function shapeOf({ pieces }: PublishedPath): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : '{}')).join('')
}

function pathOf(pieces: readonly Piece[]): PublishedPath {
  return {
    pieces,
    template: pieces.map((piece) => (typeof piece === 'string' ? piece : `{${piece.name}}`)).join(''),
    parameters: pieces.filter((piece) => typeof piece !== 'string'),
  }
}

function pieceOf(part: TemplatePart, declared: readonly string[], taken: Set<string>): Piece {
  if (part.kind === 'slash') return '/'
  if (part.kind === 'text') return part.text
  // A parameter of several segments has lost its name; it is the one that is left.
  const writtenAs =
    part.kind === 'parameter' ? part.name : (declared.find((name) => !taken.has(name)) ?? 'path')
  return { name: freeName(writtenAs, taken), writtenAs }
}

function freeName(written: string, taken: Set<string>): string {
  const name = written.replace(/[{}/?#]/g, '') || 'name'
  let free = name
  for (let count = 2; taken.has(free); count++) free = `${name}_${count}`
  taken.add(free)
  return free
}
