import { type ConversionConfig, type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { anyMethods } from '../../config/compose/methods.ts'
import { routes } from '../../config/schema/api.ts'
import { file } from '../../config/schema/file.ts'
import type { Forms } from '../../config/schema/form.ts'
import { requirement } from '../../config/schema/requirement.ts'

/**
 * The JSON Schema (draft 7) of `gateway.yaml` for editors, made from the schema that decodes the file. It
 * admits whatever the gateway takes. Rules that no JSON Schema can express (those over several keys,
 * conflicts of routes) are left to `scopegate check`.
 */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'The configuration of Scopegate',
    ...convert(file),
    $defs: { requirement: requirementSchema(), methods: methodsSchema, reference: referenceSchema },
  }
}

function requirementSchema(): JsonSchema {
  return {
    description: 'public, optional, authenticated, scopes separated by spaces, or the long form.',
    anyOf: [{ type: 'string', minLength: 1 }, convert(requirement)],
  }
}

const requirementRef: JsonSchema = { $ref: '#/$defs/requirement' }

const methodsSchema: JsonSchema = {
  description: 'What each method requires; any stands for the common ones that are not listed.',
  type: 'object',
  properties: Object.fromEntries([...anyMethods, 'any'].map((name) => [name, requirementRef])),
  additionalProperties: requirementRef,
  propertyNames: { pattern: /^(?:any|[A-Z][A-Z-]*)(?: *, *(?:any|[A-Z][A-Z-]*))*$/.source },
}

/** The paths that `route/pattern.ts` takes, and some that only `scopegate check` refuses. */
const routeName = (() => {
  const literal = String.raw`[^/{}*?#%;\\[\]<>|^]*`
  const parameter = String.raw`\{[A-Za-z_][A-Za-z0-9_-]*\}`
  const segment = String.raw`(?:\*|(?=[^/])(?!:[A-Za-z_])${literal}(?:${parameter}${literal})?)`
  return String.raw`^/(?:\*\*|${segment}(?:/${segment})*(?:/\*\*)?)?$`
})()

const routesSchema: JsonSchema = {
  type: 'object',
  propertyNames: { pattern: routeName },
  additionalProperties: { anyOf: [requirementRef, { $ref: '#/$defs/methods' }] },
}

const referenceSchema: JsonSchema = {
  description: 'Replaced when the file is read: ${NAME}, ${NAME:-default} or ${file:PATH}.',
  type: 'string',
  pattern: /\$\{/.source,
}

function convert(schema: v.GenericSchema): JsonSchema {
  return refine(unrefined(schema))
}

/** The library's conversion, without the members that belong to a whole document. */
function unrefined(schema: v.GenericSchema): JsonSchema {
  const { $schema: _, $defs = {}, ...shape } = toJsonSchema(schema, conversion)
  return writtenOut(shape, $defs)
}

/**
 * The library gives a name to some schemas that it meets twice. Editors show more where each is written out.
 */
function writtenOut(shape: unknown, named: Readonly<Record<string, unknown>>): JsonSchema {
  return JSON.parse(JSON.stringify(shape), (_, value: { readonly $ref?: unknown } | null) => {
    const target = named[String(value?.$ref).replace('#/$defs/', '')]
    if (target === undefined) return value
    const { $ref: __, ...annotations } = value ?? {}
    return { ...annotations, ...writtenOut(target, named) }
  })
}

const conversion: ConversionConfig = {
  typeMode: 'input',
  ignoreActions: ['check', 'raw_check'],
  overrideSchema({ valibotSchema, jsonSchema }) {
    if (valibotSchema === routes) return routesSchema
    if ('forms' in valibotSchema) return anyForm(valibotSchema.forms as Forms) // Only `byForm` has forms.
    if ('about' in valibotSchema) return { description: String(valibotSchema.about), ...jsonSchema }
    // The metadata of a custom schema has its JSON Schema.
    return valibotSchema.type === 'custom' ? jsonSchema : undefined
  },
}

function anyForm(forms: Forms): JsonSchema {
  const schemas = Object.values(forms)
    .filter(({ type }) => type !== 'never')
    .map(unrefined)
  const [only, ...more] = schemas
  return only !== undefined && more.length === 0 ? only : { anyOf: schemas }
}

/**
 * Removes empty keywords, and admits a reference wherever a text of a certain form is wanted, at every depth.
 */
function refine(schema: JsonSchema): JsonSchema {
  const { properties, additionalProperties, items, anyOf, ...rest } = schema
  const refined: JsonSchema = {
    ...withReference(withoutEmpty(rest)),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, below]) => [name, refineBelow(below)]),
      ),
    }),
  }
  if (additionalProperties !== undefined) refined.additionalProperties = refineBelow(additionalProperties)
  if (items !== undefined && !Array.isArray(items)) refined.items = refineBelow(items)
  if (anyOf !== undefined) refined.anyOf = anyOf.map(refineBelow)
  return refined
}

function refineBelow(schema: JsonSchema | boolean): JsonSchema | boolean {
  return typeof schema === 'boolean' ? schema : refine(schema)
}

function withoutEmpty(schema: JsonSchema): JsonSchema {
  const { required, propertyNames, default: value, ...rest } = schema
  const isSection =
    typeof value === 'object' && !Array.isArray(value) && Object.keys(value ?? {}).length === 0
  return {
    ...rest,
    ...(required === undefined || required.length === 0 ? {} : { required }),
    ...(typeof propertyNames === 'object' && propertyNames.pattern === undefined ? {} : { propertyNames }),
    ...(value === undefined || isSection ? {} : { default: value }),
  }
}

const referenceRef: JsonSchema = { $ref: '#/$defs/reference' }

function withReference(schema: JsonSchema): JsonSchema {
  const { type, pattern, enum: words, ...rest } = schema
  if (words !== undefined) return { ...rest, anyOf: [{ type: 'string', enum: words }, referenceRef] }
  if (pattern === undefined || type === undefined) return schema
  const { minimum, maximum, ...annotations } = rest
  const bounds = {
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  }
  // One type a schema, so that validators can be strict about types.
  const forms = [type]
    .flat()
    .map((name) => (name === 'string' ? { type: name, pattern } : { type: name, ...bounds }))
  return { ...annotations, anyOf: [...forms, referenceRef] }
}
