import type { Construct } from '../../support/attack-token.ts'
import { readVectors } from '../vector-file.ts'

export type JwtVector = {
  readonly id: string
  readonly expect: string
  readonly source: readonly string[]
  /** A token to build; absent where the vector tells a story of several steps. */
  readonly construct?: Construct
}

/** Plays the steps of such a vector and asserts its end. */
export type Scenario = () => Promise<void>

export const jwtVectors = readVectors<{ vectors: readonly JwtVector[] }>('attack-jwt.json').vectors
