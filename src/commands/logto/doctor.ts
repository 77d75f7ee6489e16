import { examine } from '../../logto/doctor.ts'
import { printable, withSession } from './session.ts'

/** `scopegate logto doctor`: exit status 0 healthy, 1 with faults. It changes nothing. */
export function doctor(fileName: string): Promise<number> {
  return withSession(fileName, async (session) => {
    const findings = await examine(session)
    for (const { severity, text } of findings) process.stdout.write(`${severity}: ${printable(text)}\n`)
    const faults = findings.filter(({ severity }) => severity === 'fault').length
    if (faults === 0) process.stdout.write('healthy\n')
    return faults === 0 ? 0 : 1
  })
}
