import * as v from 'valibot'
import { type Irregularity, irregularityBit } from '../../http/request-target.ts'
import { scopeText } from '../../http/scope-token.ts'
import { isJsonObject } from '../../issuer/json-object.ts'
import { exchangeOptions } from './exchange.ts'
import { fields, key, named } from './fields.ts'
import { byForm } from './form.ts'
import { filled, flag, list, word } from './values.ts'

const inexact = 'this number cannot be compared exactly: quote it when the claim is a text'
const claimWords = 'expected a text, a number or true/false, or a list of these'
const claimMap = v.never(({ input }) => {
  const [name, ...more] = isJsonObject(input) ? Object.keys(input) : []
  const bare = isJsonObject(input) && name !== undefined && more.length === 0 && input[name] === null
  return bare ? `{${name}} without quotes is a map: write "{${name}}"` : claimWords
})
const oneValue = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], claimWords),
  v.check((value) => value !== '', 'an empty text is no condition: write the value, or take the claim out'),
  // Claims are parsed as doubles: beyond these bounds two different numbers would be equal.
  v.check((value) => typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER, inexact),
)
const claimValue = byForm({
  text: oneValue,
  list: filled(byForm({ text: oneValue, map: claimMap })),
  map: claimMap,
})

/** Claims that a token must have. */
export const conditions = v.pipe(
  named(claimValue),
  v.check(
    (value) => Object.keys(value).length > 0,
    'an empty where is no condition: name a claim, or take it out',
  ),
)

/** Names of irregularities → a bit set of them. */
const irregularities = v.pipe(
  list(word(Object.keys(irregularityBit) as Irregularity[])), // It has each of them as a key.
  v.transform((names) => names.reduce((bits, name) => bits | irregularityBit[name], 0)),
)

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
const where = key(
  conditions,
  'Claims that the token must have: a value, one of several, or "{param}" of the path.',
)

/** Options that hold as they are written. A new one needs nothing but this line and its use. */
export const plainRouteOptions = {
  websocket: key(flag, 'Whether a WebSocket may be opened here.', false),
  allow: key(irregularities, 'Irregular request targets that this route takes.', []),
}

const holder = key(
  word(['user', 'machine']),
  'Whose token it must be. A machine has asked for its token itself: `sub` is its client.',
)

const organization = key(
  word(['any']),
  'Permissions count here in whichever organization they are held, where the API has organizations.',
)

const options = { where, kind: holder, organization, ...plainRouteOptions, ...exchangeOptions }

/** The keys of the long form. They tell a requirement from a map of methods. */
export const requirementKeys: readonly string[] = [...Object.keys(kinds), ...Object.keys(options)]

/** The long form of a requirement, with the options of a route. */
export const requirement = fields(
  { ...kinds, ...options },
  (value) => {
    const [first, second] = kindsOf(value)
    if (second !== undefined)
      return { key: second, message: `write ${first} or ${second}, not both: one of them decides` }
    const isOther = Object.keys(value).some((name) => !requirementKeys.includes(name))
    if (first !== undefined || 'where' in value || 'kind' in value || isOther) return undefined
    return {
      message: 'say what is required: scopes, anyOf, authenticated: true, optional: true or public: true',
    }
  },
  ...['where', 'kind', 'organization'].map(
    (key) => (value: object) =>
      'public' in value && key in value
        ? { key, message: `${key} needs a token: it cannot stand with public` }
        : undefined,
  ),
)

function kindsOf(value: object): string[] {
  return Object.keys(kinds).filter((name) => name in value)
}

export type FileRequirement = v.InferOutput<typeof requirement>
export type ClaimValue = v.InferOutput<typeof oneValue>
export type PlainRouteOptions = Pick<FileRequirement, keyof typeof plainRouteOptions>
