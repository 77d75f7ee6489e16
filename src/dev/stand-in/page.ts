import type { ServerResponse } from 'node:http'

/** Sends an HTML page. `body` is markup, so text in it must have gone through `escapeHtml`. */
export function sendPage(res: ServerResponse, status: number, title: string, body: string): void {
  res.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  res.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }
  pre { white-space: pre-wrap; overflow-wrap: anywhere }
  label, input, button { display: block; width: 100%; max-width: 22rem; font: inherit }
  input, button { box-sizing: border-box }
  input, button { margin: .25rem 0 1rem; padding: .5rem }
  [role=alert] { color: #b00020 }
</style>
<h1>${escapeHtml(title)}</h1>
${body}
</html>
`)
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
