import { digits, signed } from '../results.ts'
import { connectionsId } from '../sections/connections.ts'
import { growthId } from '../sections/growth.ts'
import { gatewayId } from '../sections/throughput.ts'
import { workersId } from '../sections/workers.ts'
import { disagree, median } from '../statistics.ts'
import type { Reader } from './reader.ts'
import { count } from './tabulate.ts'

/** What stands where a figure would. */
export const notMeasured = '(not measured yet)'

/**
 * The figures in the sentences of the page, by the name of their marker: no sentence can say what was not
 * measured.
 */
export const statements: Readonly<Record<string, (reader: Reader) => string>> = {
  'core-requests': ({ run }) => amount(perSecond(run('throughput', es384, 'cpuMicros'))),
  'core-cpu': ({ run }) => micros(run('throughput', es384, 'cpuMicros')),
  'core-public': ({ run }) => micros(run('throughput', 'scopegate-public', 'cpuMicros')),
  'core-undici': ({ run }) => micros(run('throughput', 'undici', 'cpuMicros')),
  'core-cold': ({ run }) => amount(perSecond(run('cold', es384, 'cpuMicros'))),
  'cold-cpu': ({ run }) => micros(run('cold', es384, 'cpuMicros')),
  'cold-haproxy': ({ ratio }) => times(ratio('cold', es384, 'haproxy-ES384')),
  'cold-added': ({ figure }) => unit(figure('cold-added-p99'), 'ms'),
  'tokens-1000': ({ cost }) => times(cost('growth', growthId(1, 1000), oneByOne)),
  'tokens-20000': ({ cost }) => times(cost('growth', growthId(1, 20_000), oneByOne)),
  'token-kib': ({ figure }) => unit(figure('kib-per-token'), 'KiB'),
  'routes-100': ({ cost }) => times(cost('growth', growthId(100, 1), oneByOne)),
  'routes-10000': ({ cost }) => times(cost('growth', growthId(10_000, 1), oneByOne)),
  'routes-and-tokens': ({ cost }) => times(cost('growth', growthId(10_000, 20_000), oneByOne)),
  'connections-10': ({ run }) => micros(run('connections', ours(10), 'cpuMicros')),
  'connections-64': ({ run }) => micros(run('connections', ours(64), 'cpuMicros')),
  'connections-1000': ({ run }) => micros(run('connections', ours(1000), 'cpuMicros')),
  'stream-kib': ({ figure }) => unit(figure('kib-per-stream'), 'KiB'),
  'message-cpu': ({ run }) => micros(run('sockets', 'scopegate', 'cpuMicros')),
  'body-1kib': ({ run }) => micros(run('answers-1KiB', 'scopegate', 'cpuMicros')),
  'body-1mib': ({ run }) => micros(run('answers-1MiB', 'scopegate', 'cpuMicros')),
  'body-mib': ({ run }) =>
    micros(
      more(run('answers-1MiB', 'scopegate', 'cpuMicros'), run('answers-1KiB', 'scopegate', 'cpuMicros')),
    ),
  'body-upload': ({ run }) => micros(run('uploads-1MiB', 'scopegate', 'cpuMicros')),
  'body-resident': ({ run }) => unit(run('answers-1MiB', 'scopegate', 'residentMiB'), 'MiB'),
  'workers-one': ({ run }) => micros(run('workers', workersId(1, 'kept'), 'cpuMicros')),
  'workers-two': ({ run }) => micros(run('workers', workersId(2, 'kept'), 'cpuMicros')),
  'workers-one-resident': ({ run }) => unit(run('workers', workersId(1, 'kept'), 'residentMiB'), 'MiB'),
  'workers-two-resident': ({ run }) => unit(run('workers', workersId(2, 'kept'), 'residentMiB'), 'MiB'),
  'supervisor-connection': ({ figure }) => micros(figure('supervisor-connection')),
  'supervisor-request': ({ figure }) => micros(figure('supervisor-request')),
  'supervisor-most': ({ figure }) => amount(perSecond(figure('supervisor-connection'))),
  'supervisor-requests': ({ figure }) => amount(perSecond(figure('supervisor-request'))),
  'soak-growth': ({ figure }) => signedUnit(figure('soak-growth'), 'MiB'),
  'soak-requests': ({ figure }) => amount(figure('soak-requests')),
  'soak-minutes': ({ figure }) => unit(figure('soak-minutes'), 'minutes', 0),
}

const es384 = gatewayId('ES384')
const oneByOne = growthId(1, 1)
const ours = (connections: number) => connectionsId('scopegate', connections)

const perSecond = (micros: readonly number[]) => micros.map((one) => 1e6 / one)
const more = (these: readonly number[], than: readonly number[]) =>
  these.slice(0, than.length).map((one, i) => one - (than[i] ?? Number.NaN))

/** The median, as one that is only about right where the rounds disagree. */
function known(rounds: readonly number[], format: (value: number) => string): string {
  const value = median(rounds)
  if (!Number.isFinite(value)) return notMeasured
  return `${disagree(rounds) ? 'about ' : ''}${format(value)}`
}

const times = (rounds: readonly number[]) => known(rounds, (value) => `${digits(value)} ×`)
const unit = (rounds: readonly number[], name: string, decimals?: number) =>
  known(rounds, (value) => `${decimals === undefined ? digits(value) : value.toFixed(decimals)} ${name}`)
const signedUnit = (rounds: readonly number[], name: string) =>
  known(rounds, (value) => `${signed(value)} ${name}`)
const micros = (rounds: readonly number[]) => unit(rounds, 'µs')

/** Three digits that count: a figure that was derived has no more. */
const amount = (rounds: readonly number[]) => known(rounds, threeDigits)

export function threeDigits(value: number): string {
  return Number.isFinite(value) ? count(Number(value.toPrecision(3))) : notMeasured
}
