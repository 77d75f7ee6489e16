import type { Logger } from '../../src/log/logger.ts'

export type KeptLog = Logger & { readonly lines: Record<string, unknown>[] }

/** A logger that keeps its lines, parsed. */
export function keepLog(): KeptLog {
  const lines: Record<string, unknown>[] = []
  const put = (level: string) => (fields: object, msg: string) => void lines.push({ level, ...fields, msg })
  return {
    lines,
    debug: put('debug'),
    info: put('info'),
    warn: put('warn'),
    error: put('error'),
    write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  }
}
