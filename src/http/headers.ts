/**
 * A header list as it stood on the wire: name, value, name, value, ... in order, names as sent, values latin1.
 * The only form in which this gateway reads or writes headers: duplicates stay visible.
 */
export type RawHeaders = readonly string[]

export { foldName, isHopByHop } from './field-name.ts'
export { createHeaderPolicy, type HeaderPolicy } from './header-policy.ts'
export { queryHoldsToken, queryOverridesMethod } from './query.ts'
export { type HeadFault, type RequestHead, readRequestHead } from './request-head.ts'
