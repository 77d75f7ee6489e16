import type { Context } from './context.ts'

/** Reports a manifest that would name URLs which nothing answers. */
export function reportPluginManifest({ input, issues }: Context): void {
  const { chatgpt, publicUrl } = input
  if (chatgpt?.manifest === undefined) return
  const at = ['chatgpt', 'manifest']
  if (issues.hasError(at)) return
  if (publicUrl === undefined)
    issues.error(
      at,
      'a manifest needs publicUrl, with which its URLs begin: write it at the top of the file',
      'key',
    )
  if (chatgpt.clients === undefined)
    issues.error(
      at,
      'a manifest names the URLs of the OAuth facade: write clients and redirectUris in chatgpt, too',
      'key',
    )
  if (chatgpt.openapi === undefined)
    issues.warning(
      at,
      'a manifest says that the OpenAPI document is at /openapi.json: write openapi in chatgpt, or have a route ' +
        'for it',
      'key',
    )
}
