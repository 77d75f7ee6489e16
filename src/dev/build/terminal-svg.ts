import { stripVTControlCharacters } from 'node:util'
import { escapeHtml } from '../stand-in/page.ts'

const columns = 80
const fontSize = 14
const lineHeight = 20
/** The width of a character in the fonts that are asked for. `textLength` holds every line to it. */
const charWidth = fontSize * 0.6
const padding = 20
const titleHeight = 34

/**
 * A picture of a terminal with these lines in it. `command` is what was typed. The first two characters of a
 * line may be `ok` or `NO`, and a line that is indented says more about the one above it.
 */
export function terminalSvg(command: string, output: string): string {
  const lines = [`$ ${command}`, '', ...stripVTControlCharacters(output).split('\n')]
  const width = Math.ceil(columns * charWidth) + 2 * padding
  const height = titleHeight + padding + lines.length * lineHeight
  const size = `viewBox="0 0 ${width} ${height}" width="${width}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">
<title>${escapeHtml(command)}</title>
<style>
  text { font: ${fontSize}px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
  text { fill: #e6eaf3; white-space: pre }
  .command { fill: #93b4ff; font-weight: 600 }
  .good { fill: #86dfae; font-weight: 600 }
  .bad { fill: #ffab9c; font-weight: 600 }
  .more { fill: #97a1b8 }
</style>
<rect width="${width}" height="${height}" rx="10" fill="#161b27"/>
<circle cx="22" cy="18" r="6" fill="#ff6058"/><circle cx="42" cy="18" r="6" fill="#ffbd2e"/>
<circle cx="62" cy="18" r="6" fill="#28c840"/>
${lines.flatMap((line, i) => (line === '' ? [] : textLine(line, i))).join('\n')}
</svg>
`
}

function textLine(line: string, index: number): string {
  const y = titleHeight + (index + 1) * lineHeight
  const start = line.length - line.trimStart().length
  const x = padding + start * charWidth
  const text = line.trimStart()
  const length = (text.length * charWidth).toFixed(1)
  return `<text x="${x.toFixed(1)}" y="${y}" textLength="${length}"${classOf(line)}>${colored(text)}</text>`
}

function classOf(line: string): string {
  if (line.startsWith('$ ')) return ' class="command"'
  if (line.startsWith(' ')) return ' class="more"'
  return line.startsWith('All ') ? ' class="good"' : ''
}

/** The mark at the start of a line and the status in it. */
function colored(text: string): string {
  return escapeHtml(text)
    .replace(/^ok/, '<tspan class="good">ok</tspan>')
    .replace(/^NO/, '<tspan class="bad">NO</tspan>')
    .replace(/ (2\d\d|[45]\d\d|no) {2}/, (_, status: string) => {
      const kind = status.startsWith('2') ? 'good' : 'bad'
      return ` <tspan class="${kind}">${status}</tspan>  `
    })
}
