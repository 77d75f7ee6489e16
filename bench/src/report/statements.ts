import { connectionsId } from '../sections/connections.ts'
import { growthId } from '../sections/growth.ts'
import { gatewayId } from '../sections/throughput.ts'
import { workersId } from '../sections/workers.ts'
import { digits, signed } from '../targets.ts'
import type { Reader } from './reader.ts'
import { count } from './tabulate.ts'

/** What stands where a figure would. */
export const notMeasured = '(not measured yet)'

/** The figures in the sentences of the page, by the name of their marker: no sentence can say what was not measured. */
export const statements: Readonly<Record<string, (reader: Reader) => string>> = {
  'core-requests': ({ run }) => amount(1e6 / run('throughput', es384, 'cpuMicros')),
  'core-cpu': ({ run }) => micros(run('throughput', es384, 'cpuMicros')),
  'core-public': ({ run }) => micros(run('throughput', 'scopegate-public', 'cpuMicros')),
  'core-undici': ({ run }) => micros(run('throughput', 'undici', 'cpuMicros')),
  'core-cold': ({ run }) => amount(1e6 / run('cold', es384, 'cpuMicros')),
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
    micros(run('answers-1MiB', 'scopegate', 'cpuMicros') - run('answers-1KiB', 'scopegate', 'cpuMicros')),
  'body-upload': ({ run }) => micros(run('uploads-1MiB', 'scopegate', 'cpuMicros')),
  'body-resident': ({ run }) => unit(run('answers-1MiB', 'scopegate', 'residentMiB'), 'MiB'),
  'workers-one': ({ run }) => micros(run('workers', workersId(1, 'kept'), 'cpuMicros')),
  'workers-two': ({ run }) => micros(run('workers', workersId(2, 'kept'), 'cpuMicros')),
  'workers-one-resident': ({ run }) => unit(run('workers', workersId(1, 'kept'), 'residentMiB'), 'MiB'),
  'workers-two-resident': ({ run }) => unit(run('workers', workersId(2, 'kept'), 'residentMiB'), 'MiB'),
  'supervisor-connection': ({ figure }) => micros(figure('supervisor-connection')),
  'supervisor-request': ({ figure }) => micros(figure('supervisor-request')),
  'supervisor-most': ({ figure }) => amount(1e6 / figure('supervisor-connection')),
  'supervisor-requests': ({ figure }) => amount(1e6 / figure('supervisor-request')),
  'soak-growth': ({ figure }) => signedUnit(figure('soak-growth'), 'MiB'),
  'soak-requests': ({ figure }) => amount(figure('soak-requests')),
  'soak-minutes': ({ figure }) => unit(figure('soak-minutes'), 'minutes', 0),
}

const es384 = gatewayId('ES384')
const oneByOne = growthId(1, 1)
const ours = (connections: number) => connectionsId('scopegate', connections)

function known(value: number, format: (value: number) => string): string {
  return Number.isFinite(value) ? format(value) : notMeasured
}

const times = (value: number) => known(value, (known) => `${digits(known)} ×`)
const unit = (value: number, name: string, decimals?: number) =>
  known(value, (known) => `${decimals === undefined ? digits(known) : known.toFixed(decimals)} ${name}`)
const signedUnit = (value: number, name: string) => known(value, (known) => `${signed(known)} ${name}`)
const micros = (value: number) => unit(value, 'µs')

/** Three digits that count: a figure that was derived has no more. */
export const amount = (value: number) => known(value, (known) => count(Number(known.toPrecision(3))))
