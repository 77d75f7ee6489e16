import { placeFor } from '../bench.ts'
import { median } from '../statistics.ts'
import { startGateway } from '../subject.ts'
import type { Section } from './section.ts'

export const start: Section = {
  id: 'start',
  title: 'Start',
  quick: true,
  seconds: ({ starts }) => starts * 0.5,
  async run(bench, collect) {
    const { folder, progress, plan } = bench
    const times: number[] = []
    for (let i = 0; i < plan.starts; i += 1) {
      progress.step(`starting, ${i + 1} of ${plan.starts}`)
      const beganMs = performance.now()
      const gateway = collect.keep(await startGateway(folder, placeFor(bench, 'ES384')))
      times.push(performance.now() - beganMs)
      await gateway.stop()
    }
    collect.figure({
      id: 'start',
      name: `start to listening, median of ${times.length}`,
      value: median(times),
      unit: 'ms',
    })
    collect.figure({
      id: 'start-least',
      name: 'start to listening, least',
      value: Math.min(...times),
      unit: 'ms',
    })
  },
}
