import { gatewayId } from '../sections/throughput.ts'
import { workersId } from '../sections/workers.ts'
import { median } from '../statistics.ts'
import { formatMarkdownTable } from './markdown.ts'
import type { Reader } from './reader.ts'
import { threeDigits } from './statements.ts'

/**
 * What cores and machines carry, from the CPU time of a request. Of several cores in one machine only two
 * were measured: the rest follows from the workers sharing nothing but the supervisor, which one core bounds;
 * machines share nothing at all.
 */
export function formatCarries(reader: Reader): string {
  const es384 = gatewayId('ES384')
  const one = 1e6 / median(reader.run('throughput', es384, 'cpuMicros'))
  const cold = 1e6 / median(reader.run('cold', es384, 'cpuMicros'))
  const share = 1 / median(reader.cost('workers', workersId(2, 'kept'), workersId(1, 'kept')))
  const most = 1e6 / median(reader.figure('supervisor-request'))
  const row = (name: string, from: string, carries: (perCore: number) => number) => [
    name,
    threeDigits(carries(one)),
    threeDigits(carries(cold)),
    from,
  ]
  const machine = (cores: number) => (perCore: number) => Math.min(perCore * cores * share, most)
  return formatMarkdownTable({
    titles: ['', 'requests/s, known tokens', 'requests/s, all new', 'from'],
    rows: [
      row('1 core', 'measured', (perCore) => perCore),
      row('1 machine of 2 cores', 'CPU time of 2 workers', machine(2)),
      row('1 machine of 8 cores', 'extrapolated', machine(8)),
      row('10 machines of 8 cores', 'extrapolated', (perCore) => 10 * machine(8)(perCore)),
    ],
  })
}
