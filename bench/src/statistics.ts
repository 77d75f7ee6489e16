/** Of an even number of values, the mean of the middle two. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper
}

/**
 * Whether the rounds of a figure are more than a fifth of it apart: then it says more of the machine, or of a
 * process that was not steady yet, than of what was measured. One round has nothing to disagree with.
 */
export function disagree(rounds: readonly number[]): boolean {
  const known = rounds.filter((value) => !Number.isNaN(value))
  return Math.max(...known) - Math.min(...known) > Math.abs(median(known)) / 5
}

/** The smallest value that at least `share` (0 to 1) of the values do not exceed. `sorted` is ascending. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const index = Math.max(0, Math.ceil(sorted.length * share) - 1)
  return sorted[index] ?? Number.NaN
}

/** Slope of the straight line through the points that errs least (least squares). */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const meanX = mean(points.map(([x]) => x))
  const meanY = mean(points.map(([, y]) => y))
  const covariance = sum(points.map(([x, y]) => (x - meanX) * (y - meanY)))
  return covariance / sum(points.map(([x]) => (x - meanX) ** 2))
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}
