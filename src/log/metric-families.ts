/** Buckets of `http.server.request.duration` in the semantic conventions of OpenTelemetry, in seconds. */
const requestBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/**
 * In seconds: a known token takes microseconds, and one that waits for the keys of its issuer may take
 * seconds.
 */
const tokenBounds = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
]

/**
 * `labels` are names. The values of none come from a client: they are words of the gateway or of its
 * configuration. A family is `bounded` by `metrics.series` where there may be many values.
 */
type Described = { readonly help: string; readonly labels: readonly string[]; readonly bounded?: boolean }
type CounterFamily = Described & { readonly type: 'counter' }
type HistogramFamily = Described & { readonly type: 'histogram'; readonly bounds: readonly number[] }
/** `together` says how the values of several processes make one. */
type GaugeFamily = Described & { readonly type: 'gauge' | 'info'; readonly together: 'sum' | 'max' | 'min' }
type Family = CounterFamily | HistogramFamily | GaugeFamily

const counter = (help: string, labels: readonly string[] = []): CounterFamily => ({
  type: 'counter',
  help,
  labels,
})
const histogram = (help: string, bounds: readonly number[], labels: readonly string[]): HistogramFamily => ({
  type: 'histogram',
  help,
  labels,
  bounds,
})
const gauge = (
  help: string,
  together: GaugeFamily['together'],
  labels: readonly string[] = [],
): GaugeFamily => ({
  type: 'gauge',
  help,
  labels,
  together,
})

/** Every metric of `/metrics`, in the order of that page. docs/operating.md explains each. */
export const families = {
  http_server_request_duration_seconds: {
    ...histogram('Requests of clients, from the complete head to the end of the response.', requestBounds, [
      'http_route',
      'http_request_method',
      'http_response_status_code',
    ]),
    bounded: true,
  },
  scopegate_decisions_total: {
    ...counter('Requests by how they were decided, and by what went wrong.', [
      'api',
      'http_route',
      'outcome',
      'code',
      'via',
    ]),
    bounded: true,
  },
  scopegate_authorization_duration_seconds: histogram(
    'From the complete head of a request to its decision.',
    tokenBounds,
    ['cache'],
  ),
  http_client_request_duration_seconds: histogram(
    'Requests to upstreams, from dispatch, queueing included, to the head of the response.',
    requestBounds,
    ['server_address'],
  ),
  scopegate_token_cache_entries: gauge('Verified access tokens that are remembered.', 'sum'),
  scopegate_token_cache_hits_total: counter('Access tokens that were known.'),
  scopegate_token_cache_misses_total: counter('Access tokens that were not known, or not any more.'),
  scopegate_token_cache_evictions_total: counter(
    'Access tokens that were forgotten to make room for others.',
  ),
  scopegate_verification_queue: gauge('Access tokens that wait for the check of their signature.', 'sum'),
  scopegate_verification_refused_total: counter('Access tokens for which there was no room to wait.'),
  scopegate_verification_duration_seconds: histogram(
    'Checks of signatures, the time in the queue included.',
    tokenBounds,
    [],
  ),
  scopegate_issuer_keys: gauge('Keys of the issuer that may verify access tokens.', 'min', ['issuer']),
  scopegate_issuer_last_success_timestamp_seconds: gauge(
    'When the keys of the issuer were last fetched.',
    'min',
    ['issuer'],
  ),
  scopegate_issuer_failures_total: counter('Calls to the issuer that failed.', ['issuer']),
  scopegate_upstream_connections: gauge('Connections to the upstream, in use or idle.', 'sum', [
    'server_address',
  ]),
  scopegate_upstream_queue: gauge('Requests that wait for a connection to the upstream.', 'sum', [
    'server_address',
  ]),
  scopegate_upstream_failures_total: counter(
    'Connections to the upstream that could not be made, or were reset before a response.',
    ['server_address'],
  ),
  scopegate_open_streams: gauge('Event streams and WebSockets that are open.', 'sum', ['kind']),
  scopegate_config_info: {
    type: 'info',
    help: 'The version of the gateway, and the SHA-256 of the configuration file in force.',
    labels: ['version', 'sha256'],
    together: 'max',
  },
  scopegate_config_last_reload_success: gauge('1 when the last load of the file succeeded, else 0.', 'max'),
  scopegate_config_last_reload_timestamp_seconds: gauge('When the configuration in force was loaded.', 'max'),
  scopegate_log_lines_dropped_total: counter('Log lines that were lost because nobody took them.'),
  scopegate_worker_restarts_total: counter('Workers that ended and were started again.'),
  nodejs_eventloop_lag_seconds: gauge(
    'The longest delay of the event loop in the last 15 to 30 seconds, in the process where it is longest.',
    'max',
  ),
  process_cpu_seconds_total: counter('User and system time of all processes.'),
  process_resident_memory_bytes: gauge('Resident memory of all processes.', 'sum'),
  process_start_time_seconds: gauge('When the process was started.', 'min'),
  process_open_fds: gauge('Open file descriptors of the process that has most.', 'max'),
  process_max_fds: gauge('File descriptors that a process may open.', 'min'),
} as const satisfies Record<string, Family>

type Families = typeof families
type NameOf<T extends Family['type']> = {
  [N in FamilyName]: Families[N]['type'] extends T ? N : never
}[FamilyName]
export type FamilyName = keyof Families
export type CounterName = NameOf<'counter'>
export type HistogramName = NameOf<'histogram'>
export type GaugeName = NameOf<'gauge' | 'info'>

export const familyNames = Object.keys(families) as FamilyName[] // It has no other keys.
export const counterNames = familyNames.filter(
  (name): name is CounterName => families[name].type === 'counter',
)
export const histogramNames = familyNames.filter(
  (name): name is HistogramName => families[name].type === 'histogram',
)
