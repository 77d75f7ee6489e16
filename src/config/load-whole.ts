import { type LoadResult, loadConfig } from './load.ts'

/** Reads a configuration file with the OpenAPI document that it publishes. */
export function loadWhole(...given: Parameters<typeof loadConfig>): Promise<LoadResult> {
  return whole(loadConfig(...given))
}

/** Adds the document. Nothing is loaded for a file that publishes none. */
export async function whole(loaded: LoadResult): Promise<LoadResult> {
  if (loaded.config?.chatgpt?.openapi === undefined) return loaded
  const { withPublishedOpenApi } = await import('./published-openapi.ts')
  return withPublishedOpenApi(loaded)
}
