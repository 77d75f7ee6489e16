/** What is not as a vector has it, and why: the one list for every file of vectors here. */
export type Decided = {
  /** Ids of vectors, groups of them (`authelia QueryPolicy`), or what ids start with, then `*`. */
  readonly vectors: readonly string[]
  readonly reason: string
  /** What is answered instead, in the words of the test that asserts it; without it the vectors are not run. */
  readonly answer?: string
}

export const decidedOtherwise: readonly Decided[] = [
  {
    vectors: ['PATH-102'],
    reason: 'there are no regular-expression rules: patterns match the path segment by segment',
  },
  { vectors: ['FAUTH-*'], reason: 'forward-auth does not exist yet' },
  { vectors: ['FACADE-*'], reason: 'the OAuth facade does not exist yet' },
  {
    vectors: ['DOS-002'],
    reason:
      'bodies are streamed, so the upstream has seen the head; timeouts.idle bounds each pause of a body, nothing but limits.bodyBytes the whole of it',
    answer: '408 when timeouts.idle is over, and the upstream request is cut off',
  },
]

/** The entry that names a vector or the group it is in. */
export function findDecided(...names: readonly string[]): Decided | undefined {
  return decidedOtherwise.find(({ vectors }) => vectors.some((vector) => names.some(isNamedBy(vector))))
}

/** Whether an entry of `vectors` means this id or group. */
export function isNamedBy(vector: string): (name: string) => boolean {
  if (!vector.endsWith('*')) return (name) => name === vector
  const start = vector.slice(0, -1)
  return (name) => name.startsWith(start)
}
