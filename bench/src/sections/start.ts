import { gatewayOf } from '../environment.ts'
import { using } from '../machine/subject.ts'
import { median } from '../statistics.ts'
import type { Section } from './section.ts'

export const start: Section = {
  id: 'start',
  title: 'Start',
  quick: true,
  async run(bench, collect) {
    const { progress, plan } = bench
    const rounds: number[] = []
    for (let i = 0; i < plan.starts; i += 1) {
      progress.step(`starting, ${i + 1} of ${plan.starts}`)
      const beganMs = performance.now()
      rounds.push(await using(gatewayOf(bench, 'ES384'), async () => performance.now() - beganMs))
    }
    const name = `start to listening, median of ${rounds.length}`
    collect.figure({ id: 'start', name, value: median(rounds), unit: 'ms', rounds })
    const least = Math.min(...rounds)
    collect.figure({ id: 'start-least', name: 'start to listening, least', value: least, unit: 'ms' })
  },
}
