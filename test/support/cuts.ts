import fc from 'fast-check'

/** Ways in which bytes may arrive: a function that cuts them into pieces, none of which is empty. */
export const cutsOf: fc.Arbitrary<(bytes: Buffer) => Buffer[]> = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 })
  .map((fractions) => (bytes: Buffer) => {
    const inner = fractions.map((fraction) => Math.floor(fraction * bytes.length))
    const cuts = [...new Set([0, ...inner, bytes.length])].sort((a, b) => a - b)
    return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end))
  })
