import { readVectors } from '../vector-file.ts'

export type HttpVector = {
  readonly id: string
  /** One character is one byte. */
  readonly raw: string
  readonly expect: string
  readonly close_after_ms?: number
  readonly timing?: { readonly connections?: number; readonly repeat?: number }
  readonly limits?: { readonly max_ms: number }
}

/** A vector with settings, an upstream and expectations of its own. */
export type Scene = (vector: HttpVector) => Promise<void>

export const httpVectors = readVectors<{ vectors: readonly HttpVector[] }>('attack-http.json').vectors
