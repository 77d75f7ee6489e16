import type { Figure, Machine, Results, Round, Run, SectionResult } from '../src/results.ts'

/** A run of the benchmark that never was. */
export function resultsOf(
  sections: readonly Partial<SectionResult>[],
  absent: Results['absent'] = [],
): Results {
  return { sections: sections.map((section) => sectionOf(section)), absent }
}

export const machine: Machine = { cpu: 'Test CPU', cores: 2, kernel: '6', node: '20.20.0', memoryGiB: 4 }

export function sectionOf(section: Partial<SectionResult>): SectionResult {
  const none = { tables: [], figures: [], problems: [] }
  return { id: 'growth', title: 'Growth', measuredAt: '2026-01-02T00:00:00.000Z', ...none, ...section }
}

export function runOf(id: string, cpuMicros: number, rest: Partial<Run> = {}): Run {
  return { id, name: id, rounds: [cpuMicros, cpuMicros, cpuMicros].map(roundOf), ...rest }
}

export function roundOf(cpuMicros: number): Round {
  return { requestsPerSecond: 1000, p50Ms: 1, p99Ms: 2, cpuMicros, busy: 0.5, residentMiB: 60 }
}

export function figuresOf(values: Readonly<Record<string, number>>): Figure[] {
  return Object.entries(values).map(([id, value]) => ({ id, name: id, value, unit: '' }))
}
