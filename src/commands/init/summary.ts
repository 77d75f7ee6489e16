import { type Operation, operationName } from '../../openapi/operation.ts'
import { placeText } from '../../openapi/place.ts'
import type { ProposedRoutes } from '../../openapi/routes.ts'
import type { Translation } from '../../openapi/translation.ts'

/** How a document became routes, for the person who reads the file next. */
export function summaryLines(
  out: string,
  read: Translation | undefined,
  { paths, distinguishes }: ProposedRoutes,
): readonly string[] {
  const written = `${out}: ${counted(paths.length, 'path')}`
  const next = `Next: scopegate check ${out}`
  if (read === undefined)
    return [`${written}: read for GET and OPTIONS, write for the others; list your own`, next]
  const { operations, placed, leftOut, problems, hints, open, proposed } = read
  const widened = placed.filter(({ forms }) => forms.widened !== undefined)
  const exact = placed.length - widened.length
  return [
    written,
    `${counted(operations.length, 'operation')}: ${exact} exact, ${widened.length} widened, ` +
      `${leftOut.length} left out`,
    ...section('Widened, so that the route covers more', widened, ({ operation, forms }) =>
      line(operation, forms.widened ?? ''),
    ),
    ...section('Left out, so that every such request is refused', leftOut, ({ operation, why }) =>
      line(operation, why),
    ),
    ...section('Wrong in the document', problems, ({ place, message }) => `${placeText(place)} ${message}`),
    ...section('Public: no token is looked at', open.public, (operation) => line(operation)),
    ...section('Optional: also without a token', open.optional, (operation) => line(operation)),
    ...(proposed.length === 0
      ? []
      : [
          `Proposed: read or write for ${counted(proposed.length, 'operation')} of which the document says nothing`,
        ]),
    ...(distinguishes.length === 0
      ? []
      : [`The upstream must tell these apart, as the document does: ${distinguishes.join(', ')}`]),
    ...hints.map((hint) => `Look at this: ${hint}`),
    next,
  ]
}

function section<T>(heading: string, items: readonly T[], text: (item: T) => string): string[] {
  return items.length === 0 ? [] : [`${heading}:`, ...items.map((item) => `  ${text(item)}`)]
}

function line(operation: Operation, why?: string): string {
  const name = `${placeText(operation.place)} ${operationName(operation)}`
  return why === undefined ? name : `${name}: ${why}`
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
