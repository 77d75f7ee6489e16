/** Throws when Node was told to take requests that two servers could read differently. */
export function refuseLenientParser(): void {
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ')
  if (!flags.includes('--insecure-http-parser')) return
  throw new Error(
    '--insecure-http-parser is set: with it requests can be smuggled past this gateway; take it away',
  )
}
