import * as v from 'valibot'
import { scopeText } from '../../http/scope-token.ts'
import { authorization, exchangeLimits, exchangeTimeouts, texts, upstream } from './exchange.ts'
import { fields, key, named } from './fields.ts'
import { byShape, isMap } from './form.ts'
import { filled, flag, list, word } from './values.ts'

const inexact = 'this number cannot be compared exactly: quote it when the claim is a text'
const claimWords = 'expected a text, a number or true/false, or a list of these'
const claimMap = v.never(({ input }) => {
  const [name, ...more] = isMap(input) ? Object.keys(input) : []
  const bare = isMap(input) && name !== undefined && more.length === 0 && input[name] === null
  return bare ? `{${name}} without quotes is a map: write "{${name}}"` : claimWords
})
const oneValue = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], claimWords),
  v.check((value) => value !== '', 'an empty text is no condition: write the value, or take the claim out'),
  // A claim is parsed as a double: beyond these bounds neighbours would be equal.
  v.check((value) => typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER, inexact),
)
const claimValue = byShape({
  text: oneValue,
  list: filled(byShape({ text: oneValue, map: claimMap })),
  map: claimMap,
})

const where = v.pipe(
  named(claimValue),
  v.check(
    (value) => Object.keys(value).length > 0,
    'an empty where is no condition: name a claim, or take it out',
  ),
)

const irregularities = [
  'encoded-slash',
  'encoded-delimiters',
  'encoded-percent',
  'path-parameters',
  'empty-segments',
  'non-utf8',
] as const

const onlyTrue = v.literal(true, 'expected true; to ask for something else, write that instead')
const emptyText = 'an empty text is never a requirement; use authenticated or public'
const scopes = v.pipe(
  v.string(
    'expected a text of scopes: for all of several write them in one text, for one of several use anyOf',
  ),
  v.check((value) => value.trim() !== '', emptyText),
  v.regex(
    scopeText,
    'a scope holds printable ASCII without quotes and backslashes, and scopes are separated by spaces',
  ),
)

const kinds = {
  scopes: key(scopes, 'The token must hold every one of these scopes.'),
  anyOf: key(filled(scopes), 'The token must hold at least one of these sets of scopes in full.'),
  public: key(onlyTrue, 'No token is looked at.'),
  optional: key(onlyTrue, 'Without a token: forwarded without identity. With one: it must be valid.'),
  authenticated: key(onlyTrue, 'Any valid token for this resource, whatever its scopes.'),
}
const options = {
  where: key(where, 'Claims that the token must have: a value, one of several, or "{param}" of the path.'),
  websocket: key(flag, 'Whether a WebSocket may be opened here.', false),
  allow: key(list(word(irregularities)), 'Irregular request targets that this route takes.'),
  authorization: key(authorization, texts.authorization),
  upstream: key(upstream, texts.upstream),
  timeouts: key(exchangeTimeouts, 'Other times for this route.'),
  limits: key(exchangeLimits, 'Other limits for this route.'),
}

/** Keys of the long form: what tells a requirement from a map of methods. */
export const requirementKeys: readonly string[] = [...Object.keys(kinds), ...Object.keys(options)]

/** The long form of a requirement, with the options of a route. */
export const requirement = fields(
  { ...kinds, ...options },
  (value) => {
    const [first, second] = kindsOf(value)
    if (second !== undefined)
      return { key: second, message: `write ${first} or ${second}, not both: one of them decides` }
    const isOther = Object.keys(value).some((name) => !requirementKeys.includes(name))
    if (first !== undefined || 'where' in value || isOther) return undefined
    return {
      message: 'say what is required: scopes, anyOf, authenticated: true, optional: true or public: true',
    }
  },
  (value) =>
    'public' in value && 'where' in value
      ? { key: 'where', message: 'where needs a token: it cannot stand with public' }
      : undefined,
)

function kindsOf(value: object): string[] {
  return Object.keys(kinds).filter((name) => name in value)
}

export type FileRequirement = v.InferOutput<typeof requirement>
export type ClaimValue = v.InferOutput<typeof oneValue>
