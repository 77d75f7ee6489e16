import { gatewayId } from '../sections/throughput.ts'
import { workersId } from '../sections/workers.ts'
import { formatMarkdownTable } from './markdown.ts'
import type { Reader } from './reader.ts'
import { amount } from './statements.ts'

/**
 * What cores and machines carry, from the CPU time of a request. Of several cores in one machine only two were measured, the rest
 * follows from there being no shared work but the supervisor's; machines share nothing.
 */
export function formatCarries(reader: Reader): string {
  const es384 = gatewayId('ES384')
  const one = 1e6 / reader.run('throughput', es384, 'cpuMicros')
  const cold = 1e6 / reader.run('cold', es384, 'cpuMicros')
  const share = 1 / reader.cost('workers', workersId(2, 'kept'), workersId(1, 'kept'))
  const row = (name: string, cores: number, part: number, from: string) => [
    name,
    amount(one * cores * part),
    amount(cold * cores * part),
    from,
  ]
  return formatMarkdownTable({
    titles: ['', 'requests/s, known tokens', 'requests/s, all new', 'from'],
    rows: [
      row('1 core', 1, 1, 'measured'),
      row('1 machine of 2 cores', 2, share, 'CPU time of 2 workers'),
      row('1 machine of 8 cores', 8, share, 'extrapolated'),
      row('10 machines of 8 cores', 80, share, 'extrapolated'),
    ],
  })
}
