import type { Context } from './context.ts'

/** Reports a manifest that would name URLs which nothing answers. */
export function reportPluginManifest({ input, issues }: Context): void {
  const { chatgpt, publicUrl } = input
  if (chatgpt?.manifest === undefined) return
  const at = ['chatgpt', 'manifest']
  if (publicUrl === undefined)
    issues.error(at, 'publicUrl is missing: the URLs in the manifest begin with it', 'key')
  if (chatgpt.clients === undefined && !issues.hasError(['chatgpt', 'clients']))
    issues.error(
      at,
      'clients is missing in chatgpt: the manifest names the URLs of the OAuth facade, which is there with it',
      'key',
    )
  if (chatgpt.openapi === undefined && !issues.hasError(['chatgpt', 'openapi']))
    issues.warning(
      at,
      'openapi is missing in chatgpt: the manifest says that the document is at /openapi.json, so have a route ' +
        'for it, or name it',
      'key',
    )
}
