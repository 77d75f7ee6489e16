/** A path as other routers spell it, and how this file says the same. */
export type ForeignSpelling = {
  /** Says what is written otherwise here. Ends without a stop, so that the mended paths can follow. */
  readonly message: string
  /** The same in the spelling of this file; empty when nobody can know it. */
  readonly mended: readonly string[]
}

const name = '[A-Za-z_][A-Za-z0-9_]*'

/**
 * A spelling of others. `here` is what stands for it in this file; `''` in the second place leaves it out.
 */
type Spelling = {
  readonly form: RegExp
  readonly says: keyof typeof messages
  readonly here: string
}

const messages = {
  parameter: 'a parameter is written {name} here',
  rest: 'the rest of a path is written ** here',
  optional: 'no part of a path is optional here, so two paths are needed',
  form: 'a parameter has no form here: it takes any segment, and the API checks it',
} as const

/**
 * In this order: an earlier one is a special case of a later one. Each stands for all its places in a path.
 */
const spellings: readonly Spelling[] = [
  // {{id}}: templates of Postman and others
  { form: new RegExp(`\\{\\{(${name})\\}\\}`, 'g'), says: 'parameter', here: '{$1}' },
  // {*path}, {**path}: ASP.NET, Axum; {path...}: Go; {proxy+}: AWS; {path:.*}, {path:path}: Gorilla, FastAPI
  { form: /\{\*{1,2}[^{}/]*\}/g, says: 'rest', here: '**' },
  { form: new RegExp(`\\{${name}(?:\\.\\.\\.|\\+|\\*|:\\.[*+]|:path)\\}`, 'g'), says: 'rest', here: '**' },
  // {id?}, {id:int?}: ASP.NET, Laravel
  { form: new RegExp(`\\{(${name})(?::[^{}?]*)?\\?\\}`, 'g'), says: 'optional', here: '{$1}' },
  // {name=projects/*}: Google; {id=1}: ASP.NET
  { form: new RegExp(`\\{${name}=([^{}]*[*/][^{}]*)\\}`, 'g'), says: 'form', here: '$1' },
  { form: new RegExp(`\\{(${name})=[^{}]*\\}`, 'g'), says: 'optional', here: '{$1}' },
  // {id:[0-9]{4}}, {id:int}: Gorilla, Spring, ASP.NET
  { form: new RegExp(`\\{(${name}):(?:[^{}]|\\{[^{}]*\\})*\\}`, 'g'), says: 'form', here: '{$1}' },
  // <path:file>, <file..>, <int:id>, <id>: Flask, Django, Rocket
  { form: /<path:[^<>]*>|<[^<>]*\.\.>/g, says: 'rest', here: '**' },
  { form: new RegExp(`<[^<>:]+:(${name})>`, 'g'), says: 'form', here: '{$1}' },
  { form: new RegExp(`<(${name})>`, 'g'), says: 'parameter', here: '{$1}' },
  // [[...slug]], [...slug], [[id]], [id=int], [id]: Next.js, SvelteKit
  { form: /\[\[?\.\.\.[^[\]]*\]\]?/g, says: 'rest', here: '**' },
  { form: new RegExp(`\\[\\[(${name})\\]\\]`, 'g'), says: 'optional', here: '{$1}' },
  { form: new RegExp(`\\[(${name})=[^[\\]]*\\]`, 'g'), says: 'form', here: '{$1}' },
  { form: new RegExp(`\\[(${name})\\]`, 'g'), says: 'parameter', here: '{$1}' },
  // (.:format), (/:id): Rails
  { form: new RegExp(`\\(([./]):(${name})\\)`, 'g'), says: 'optional', here: '$1{$2}' },
  // :path*, :path+, :path(.*), *path: Express, Gin, Rails
  { form: new RegExp(`:${name}(?:\\(\\.[*+]\\)|[*+])`, 'g'), says: 'rest', here: '**' },
  { form: new RegExp(`(?<=/)\\*${name}`, 'g'), says: 'rest', here: '**' },
  // :id?, :id(\\d+), :id: Express, Rails, Gin. Inside a segment only behind a mark: /a:b is a path.
  { form: new RegExp(`(?<=[/.-]):(${name})(?:\\([^()]*\\))?\\?`, 'g'), says: 'optional', here: '{$1}' },
  { form: new RegExp(`(?<=[/.-]):(${name})\\([^()]*\\)`, 'g'), says: 'form', here: '{$1}' },
  { form: new RegExp(`(?<=[/.-]):(${name})`, 'g'), says: 'parameter', here: '{$1}' },
]

/** Undefined for a path that is spelt as in this file, right or wrong. */
export function foreignSpelling(text: string): ForeignSpelling | undefined {
  const bare = withoutMethod(text) ?? withoutHost(text)
  if (bare !== undefined) return bare
  let says: Spelling['says'] | undefined
  let most = text
  let least = text
  for (const spelling of spellings) {
    if (most.search(spelling.form) === -1) continue
    says ??= spelling.says
    most = most.replace(spelling.form, spelling.here)
    least = least.replace(spelling.form, spelling.says === 'optional' ? '' : spelling.here)
  }
  if (alternatives.test(most)) return { message: noAlternatives, mended: [] }
  if (regularExpression.test(most)) return { message: noRegularExpression, mended: [] }
  if (says === undefined) return undefined
  const mended = [...new Set([tidy(least), tidy(most)])]
  return { message: messages[mended.length > 1 ? 'optional' : says], mended }
}

/** `{users,teams}`, as shells and globs have it. */
const alternatives = /\{[\w-]+(?:,[\w-]+)+\}/
const noAlternatives = 'alternatives are written as paths of their own'

/** Characters and sequences that mean something in a regular expression, and that no path here can have. */
const regularExpression = /[\^|[\]<>]|\\(?:[./-]|[dDwWsS](?![a-z]))|\.[*+]|\(\?|[)}][?*+]|\)\{\d|\$$/
const noRegularExpression =
  'a path is no regular expression: write {name} for one segment and ** for the rest; ' +
  'the API checks what they hold'

/** `GET /todos`, as in other files of rules. */
function withoutMethod(text: string): ForeignSpelling | undefined {
  const path = /^[A-Z]+(?:[ ,|]+[A-Z]+)*[: ]+(\/.*)$/.exec(text)?.[1]
  return path === undefined ? undefined : { message: 'a method is written below its path', mended: [path] }
}

function withoutHost(text: string): ForeignSpelling | undefined {
  const path = /^https?:\/\/[^/]*(.*)$/i.exec(text)?.[1]
  return path === undefined
    ? undefined
    : { message: 'a path is written without scheme and host', mended: [path === '' ? '/' : path] }
}

/** Where a part was left out, its slash goes too. */
function tidy(path: string): string {
  return path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')
}
