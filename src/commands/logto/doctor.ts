import { examine } from '../../logto/doctor.ts'
import { printable } from '../printable.ts'
import { type Session, withSession } from './session.ts'

export type DoctorFlags = {
  /** `-`: a token is read from standard input. */
  readonly token?: string
}

/**
 * `scopegate logto doctor`: exit status 0 healthy, 1 with faults; of a token 0 when an API takes it.
 * It changes nothing.
 */
export function doctor(fileName: string, { token }: DoctorFlags): Promise<number> {
  return withSession(fileName, (session) =>
    token === undefined ? examineAll(session) : examineToken(session),
  )
}

async function examineAll(session: Session): Promise<number> {
  const findings = await examine(session)
  for (const { severity, text } of findings) process.stdout.write(`${severity}: ${printable(text)}\n`)
  const faults = findings.filter(({ severity }) => severity === 'fault').length
  if (faults === 0) process.stdout.write('healthy\n')
  return faults === 0 ? 0 : 1
}

async function examineToken({ config }: Session): Promise<number> {
  const { tokenReport } = await import('./token-report.ts')
  const { lines, isAccepted } = await tokenReport(config, await readToken())
  for (const line of lines) process.stdout.write(`${printable(line)}\n`)
  return isAccepted ? 0 : 1
}

/** Never an argument, which every user of the machine could see. */
async function readToken(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  return Buffer.concat(chunks)
    .toString('utf8')
    .trim()
    .replace(/^Bearer +/i, '')
}
