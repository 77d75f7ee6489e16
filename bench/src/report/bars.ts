/** One bar; `own` ones stand out. */
export type Bar = { readonly name: string; readonly value: number; readonly own?: boolean }

export type BarsOptions = {
  readonly title: string
  /** Below the title: what the figures are. */
  readonly caption: string
  /** Of a value, e.g. `12,345`. */
  format(value: number): string
}

const [margin, rowHeight, headHeight] = [20, 26, 70]
const [longest, valueWidth] = [380, 70]
/** Of a letter of 13 pixels, more than the usual fonts need. */
const letterWidth = 7

/**
 * Horizontal bars as an SVG that stands alone: no fonts from elsewhere, no script, and a ground of its own,
 * so that it is legible on a light page and on a dark one.
 */
export function drawBars(bars: readonly Bar[], { title, caption, format }: BarsOptions): string {
  const most = Math.max(...bars.map(({ value }) => value))
  const left = margin + letterWidth * Math.max(...bars.map(({ name }) => name.length)) + 8
  const width = left + longest + valueWidth + margin
  const height = headHeight + bars.length * rowHeight + margin
  const rows = bars.map((bar, index) => drawBar(bar, left, headHeight + index * rowHeight, most, format))
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escapeText(title)}">
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-size: 16px; font-weight: 600 }
.caption { fill: #57606a }
.bar { fill: #8c959f }
.own { fill: #0969da }
.name { text-anchor: end }
.strong { font-weight: 600 }
</style>
<rect width="${width}" height="${height}" rx="8" fill="#ffffff" stroke="#d0d7de"/>
<text class="title" x="${margin}" y="30">${escapeText(title)}</text>
<text class="caption" x="${margin}" y="50">${escapeText(caption)}</text>
${rows.join('\n')}
</svg>
`
}

function drawBar(
  { name, value, own }: Bar,
  left: number,
  top: number,
  most: number,
  format: BarsOptions['format'],
): string {
  const length = Math.max(1, Math.round((value / most) * longest))
  const strong = own ? ' strong' : ''
  const baseline = top + 15
  const area = `x="${left}" y="${top + 2}" width="${length}" height="${rowHeight - 8}"`
  return `<text class="name${strong}" x="${left - 8}" y="${baseline}">${escapeText(name)}</text>
<rect class="bar${own ? ' own' : ''}" ${area} rx="2"/>
<text class="value${strong}" x="${left + length + 6}" y="${baseline}">${escapeText(format(value))}</text>`
}

function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
