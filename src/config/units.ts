import * as v from 'valibot'

const millisecondsOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const bytesOf: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** `250ms`, `5s`, `2m`, `1h` → milliseconds. */
export const duration = withUnit(
  /^(\d+)(ms|s|m|h)$/,
  millisecondsOf,
  'a duration with its unit: 250ms, 5s, 2m, 1h',
)

/** `16KiB`, `10MiB` → bytes. */
export const size = withUnit(/^(\d+)(B|KiB|MiB|GiB)$/, bytesOf, 'a size with its unit: 16KiB, 10MiB')

/** A whole number of at least 1; a text of digits too, since an expanded reference is text. */
export const count = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))], 'expected a whole number'),
  v.integer('expected a whole number'),
  v.minValue(1, 'expected at least 1'),
)

function withUnit(form: RegExp, units: Readonly<Record<string, number>>, what: string) {
  return v.pipe(
    v.string(`expected ${what}`),
    v.regex(form, `expected ${what}`),
    v.transform((text) => {
      const [, digits, unit = ''] = form.exec(text) ?? []
      return Number(digits) * (units[unit] ?? 0)
    }),
    v.minValue(1, `expected ${what}, above zero`),
  )
}
