/** Vectors whose feature does not exist yet, or that are deliberately decided otherwise, each with its reason. */
export const decidedOtherwise: readonly { readonly ids: RegExp; readonly reason: string }[] = [
  {
    ids: /^PATH-102$/,
    reason: 'there are no regular-expression rules: patterns match the path segment by segment',
  },
  { ids: /^(FAUTH|FACADE|MCP)-/, reason: 'forward-auth, the OAuth facade and MCP do not exist yet' },
  { ids: /^DOS-00[246]$/, reason: 'slow and costly: needs its own soak, not yet written' },
  { ids: /^PIPE-011$/, reason: 'needs an upstream that answers 101 unasked; not yet scripted' },
  { ids: /^FWD-032$/, reason: 'runs with a trusted proxy: held by the unit tests of http/forwarded' },
  { ids: /^HOST-03/, reason: 'runs with rules per host: not yet translated' },
]
