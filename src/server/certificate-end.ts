import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { TlsOptions } from '../config/config.ts'
import { watchFile } from '../config/watch.ts'
import type { Logger } from '../log/logger.ts'

const dayMs = 24 * 60 * 60 * 1000
/** The last days of a certificate, in which each look warns. */
const warnBeforeDays = 14

/**
 * Says when the certificate of the public listener is near its end: now, when its file changes, and then once
 * a day.
 */
export function watchCertificateEnd({ cert }: TlsOptions, log: Logger): { look(): void; stop(): void } {
  const look = () => {
    const endMs = endOf(cert)
    if (endMs !== undefined) warnOfEnd(cert, endMs, log)
  }
  const watch = watchFile(cert, look)
  const timer = setInterval(look, dayMs).unref()
  look()
  return {
    look,
    stop() {
      watch.close()
      clearInterval(timer)
    },
  }
}

function warnOfEnd(cert: string, endMs: number, log: Logger): void {
  const leftMs = endMs - Date.now()
  const until = new Date(endMs).toISOString()
  if (leftMs <= 0) log.error({ cert, until }, 'the certificate has expired: clients refuse it; renew it')
  else if (leftMs <= warnBeforeDays * dayMs)
    log.warn({ cert, until, days: Math.floor(leftMs / dayMs) }, 'the certificate ends soon: renew it')
}

/** The end of the first certificate in the file, which is the server's own; undefined when there is none. */
function endOf(cert: string): number | undefined {
  try {
    const endMs = Date.parse(new X509Certificate(readFileSync(cert)).validTo)
    return Number.isNaN(endMs) ? undefined : endMs
  } catch {
    return undefined
  }
}
