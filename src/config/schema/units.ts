import * as v from 'valibot'

const millisecondsOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const bytesOf: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }
const durationWords = 'a duration with its unit: 250ms, 5s, 2m, 1h'
const sizeWords = 'a size with its unit: 16KiB, 10MiB'
/** In hours. A timer of Node that is longer than 2^31 - 1 ms fires at once. */
const longestTimerHours = 596

/** `250ms`, `5s`, `2m`, `1h` → milliseconds. */
const durationText = withUnit(/^(\d+)(ms|s|m|h)$/, millisecondsOf, durationWords)

/** A duration without a timer behind it, in milliseconds. It may be zero. */
export const tolerance = v.pipe(
  durationText,
  v.maxValue(Number.MAX_SAFE_INTEGER, 'this duration is too long'),
)

/**
 * The difference between two clocks that are set by the network is a second at most; one of hours is a
 * mistake.
 */
export const clockDifference = v.pipe(
  tolerance,
  v.maxValue(600_000, 'expected a duration of at most 10m: expired tokens are accepted for so long'),
)

/** Above zero. */
export const lifetime = v.pipe(tolerance, v.minValue(1, `expected ${durationWords}; above zero`))

/** A duration with a timer behind it: above zero, and no longer than a timer can be. */
export const timeout = v.pipe(
  durationText,
  v.minValue(1, `expected ${durationWords}; above zero`),
  v.maxValue(longestTimerHours * 3_600_000, `expected a duration of at most ${longestTimerHours}h`),
)

/** Logto must not be asked more often. */
export const pollInterval = v.pipe(timeout, v.minValue(1000, 'expected a duration of at least 1s'))

/** `16KiB`, `10MiB` → bytes, above zero. */
export const size = v.pipe(
  withUnit(/^(\d+)(B|KiB|MiB|GiB)$/, bytesOf, sizeWords),
  v.minValue(1, `expected ${sizeWords}; above zero`),
  v.maxValue(Number.MAX_SAFE_INTEGER, 'this size is too large'),
)

const rateWords = 'a rate with its unit: 1KiB/s, 10MiB/s'

/** `1KiB/s` → bytes in a second; zero for none. */
export const byteRate = v.pipe(
  withUnit(/^(\d+)(B|KiB|MiB|GiB)\/s$/, bytesOf, rateWords),
  v.maxValue(Number.MAX_SAFE_INTEGER, 'this rate is too large'),
)

const frequencyWords = 'a number and a time, such as 30/min or 150/10s'

/** `30/min`, `150/10s`: so many in a window of that time. */
export const rate = v.pipe(
  v.string(`expected ${frequencyWords}`),
  v.regex(/^[1-9]\d{0,8}\/(?:[1-9]\d{0,4})?(?:s|min|h)$/, `expected ${frequencyWords}`),
  v.transform((written) => {
    const [, most, times, unit = ''] = /^(\d+)\/(\d*)(s|min|h)$/.exec(written) ?? []
    const unitMs = { s: 1000, min: 60_000, h: 3_600_000 }[unit] ?? 0
    return { most: Number(most), windowMs: Number(times || 1) * unitMs }
  }),
)

/** A whole number within these bounds. A text of digits counts, since an expanded reference is a text. */
export function count(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  const isBounded = most < Number.MAX_SAFE_INTEGER
  const range = isBounded ? `from ${least} to ${most}` : `of at least ${least}`
  const message = `expected a whole number ${range}`
  return v.pipe(
    v.custom<number | string>(
      (value) => typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)),
      message,
    ),
    v.metadata({
      type: ['integer', 'string'],
      minimum: least,
      ...(isBounded && { maximum: most }),
      pattern: /^\d+$/.source,
    }),
    v.transform(Number),
    v.safeInteger(message),
    v.minValue(least, message),
    v.maxValue(most, message),
  )
}

const processesForm = /^(?:auto|\d+)$/
const processesWords = 'expected auto or a whole number from 1 to 256'

/** A number of processes, or `auto`. */
export const processes = v.pipe(
  v.custom<number | string>(
    (value) => typeof value === 'number' || (typeof value === 'string' && processesForm.test(value)),
    processesWords,
  ),
  v.metadata({ type: ['integer', 'string'], minimum: 1, maximum: 256, pattern: processesForm.source }),
  v.transform((value) => (value === 'auto' ? value : Number(value))),
  v.check(
    (value) => value === 'auto' || (Number.isInteger(value) && value >= 1 && value <= 256),
    processesWords,
  ),
)

function withUnit(form: RegExp, units: Readonly<Record<string, number>>, what: string) {
  return v.pipe(
    v.string(`expected ${what}`),
    v.regex(form, `expected ${what}`),
    v.transform((text) => {
      const [, digits, unit = ''] = form.exec(text) ?? []
      return Number(digits) * (units[unit] ?? 0)
    }),
  )
}
