import type { Figure, Results, Round, Run, SectionResult } from '../src/results.ts'

/** A run of the benchmark that never was. */
export function resultsOf(
  sections: readonly Partial<SectionResult>[],
  absent: Results['absent'] = [],
): Results {
  const machine = { cpu: 'Test CPU', cores: 2, kernel: '6', node: '20.20.0', memoryGiB: 4 }
  const whole = sections.map((section) => sectionOf(section))
  return { startedAt: '', seconds: 0, quick: false, machine, sections: whole, absent }
}

export function sectionOf(section: Partial<SectionResult>): SectionResult {
  const none = { tables: [], figures: [], problems: [] }
  return { id: 'growth', title: 'Growth', measuredAt: '2026-01-02T00:00:00.000Z', ...none, ...section }
}

export function runOf(id: string, cpuMicros: number, rest: Partial<Run> = {}): Run {
  const round: Round = { requestsPerSecond: 1000, p50Ms: 1, p99Ms: 2, cpuMicros, busy: 0.5, residentMiB: 60 }
  return { id, name: id, rounds: [round, round, round], ...rest }
}

export function figuresOf(values: Readonly<Record<string, number>>): Figure[] {
  return Object.entries(values).map(([id, value]) => ({ id, name: id, value, unit: '' }))
}
