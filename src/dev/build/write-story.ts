import { writeFileSync } from 'node:fs'
import { runDemo } from '../demo/demo.ts'
import { storyOf } from '../demo/story/story.ts'
import { terminalSvg } from './terminal-svg.ts'

// `npm run story`: plays the demo once and draws what it prints as docs/demo.svg, for the README.
const printed: string[] = []
process.exitCode = await runDemo({ once: true, port: 0, print: (line) => void printed.push(line) })
writeFileSync('docs/demo.svg', terminalSvg('npm run demo', storyOf(printed)))
