import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** As files. */
export type Certificate = { readonly cert: string; readonly key: string }

/** A fresh self-signed certificate and its key, for so many days; for this machine unless it has `names`. */
export function createCertificate(
  folder: string,
  name: string,
  { days = 1, names }: { readonly days?: number; readonly names?: readonly string[] } = {},
): Certificate {
  const cert = join(folder, `${name}.crt`)
  const key = join(folder, `${name}.key`)
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', `${days}`]
  const covered = names?.map((each) => `DNS:${each}`).join() ?? 'DNS:localhost,IP:127.0.0.1'
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${covered}`]
  execFileSync('openssl', ['req', '-x509', ...made, ...subject, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  })
  return { cert, key }
}
