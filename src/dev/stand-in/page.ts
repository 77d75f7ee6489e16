import type { ServerResponse } from 'node:http'

/** Text that is HTML already: text from elsewhere has gone through `html` as a value. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Value = string | number | Markup | readonly Markup[]

/** A template of HTML. What is put into it is escaped, unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(strings.map((part, i) => part + markupOf(values[i] ?? '')).join(''))
}

function markupOf(value: Value): string {
  if (value instanceof Markup) return value.text
  if (typeof value === 'object') return value.map(({ text }) => text).join('\n')
  return escapeHtml(String(value))
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Sends an HTML page that loads nothing and runs nothing. */
export function sendPage(res: ServerResponse, status: number, title: string, body: Markup): void {
  res.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
  })
  res.end(
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Scopegate demo</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
<header>Scopegate demo</header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.text,
  )
}

const style = `
  :root {
    --text: #1d2433; --soft: #5b6478; --paper: #fff; --ground: #f3f5f9; --line: #d8deea; --link: #2453c4;
    --good: #11693b; --good-paper: #e2f5ea; --bad: #9c2b1b; --bad-paper: #fdeae6;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --text: #e6eaf3; --soft: #a3adc2; --paper: #1b2130; --ground: #11151f; --line: #333c50; --link: #93b4ff;
      --good: #86dfae; --good-paper: #12341f; --bad: #ffab9c; --bad-paper: #43201a;
    }
  }
  * { box-sizing: border-box }
  body {
    margin: 0; padding: 2rem 1rem 4rem; background: var(--ground); color: var(--text);
    font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif;
  }
  header, main { max-width: 44rem; margin: 0 auto }
  header { padding: 0 .25rem .75rem; color: var(--soft); font-weight: 600; letter-spacing: .01em }
  main {
    padding: 1.75rem 2rem 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: 12px;
  }
  @media (max-width: 30rem) { main { padding: 1.25rem } }
  h1 { margin: 0 0 1rem; font-size: 1.6rem; line-height: 1.25 }
  h2 { margin: 1.75rem 0 .5rem; font-size: 1.05rem }
  p { margin: .75rem 0 }
  a { color: var(--link) }
  code, pre { font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
  pre {
    margin: .5rem 0; padding: .75rem .9rem; background: var(--ground); border-radius: 8px;
    white-space: pre-wrap; overflow-wrap: anywhere;
  }
  label { display: block; margin-top: 1rem; font-weight: 600 }
  input {
    width: 100%; margin-top: .25rem; padding: .55rem .7rem; border: 1px solid var(--soft); border-radius: 8px;
    background: var(--paper); color: inherit; font: inherit;
  }
  button {
    padding: .55rem 1.1rem; border: 1px solid var(--link); border-radius: 8px; background: var(--link);
    color: var(--paper); font: inherit; font-weight: 600; cursor: pointer;
  }
  form > button { margin-top: 1.25rem }
  :focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
  .people { display: grid; gap: .75rem; margin: 1rem 0; padding: 0; list-style: none }
  .people form {
    display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem;
    padding: .75rem .9rem; border: 1px solid var(--line); border-radius: 8px;
  }
  .people button { margin: 0 }
  .soft { color: var(--soft) }
  .result { margin: .75rem 0; padding: .85rem 1rem; border-radius: 8px; background: var(--good-paper) }
  .result.refused { background: var(--bad-paper) }
  .result p { margin: .25rem 0 0 }
  .result ul { margin: .25rem 0 0; padding: 0; list-style: none; overflow-wrap: anywhere }
  .status { margin-right: .5rem; color: var(--good); font-weight: 700 }
  .refused .status { color: var(--bad) }
  [role=alert] { padding: .7rem .9rem; border-radius: 8px; background: var(--bad-paper); color: var(--bad) }
  summary { margin-top: 1rem; color: var(--link); cursor: pointer }
`
