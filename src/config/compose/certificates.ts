import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { IssueList } from '../issue-list.ts'
import type { KeyPath } from '../yaml/key-path.ts'

/** A file in PEM, and where it is named. The text is undefined when an issue says why it cannot be read. */
type PemFile = { readonly pem: string | undefined; readonly at: KeyPath }

const dayMs = 86_400_000
/** A certificate that ends within so many days is warned of: long enough to renew it by hand. */
const warnDays = 14

/** A certificate chain and its key: both can be read, belong together, and are valid now. */
export function reportCertificate(cert: PemFile, key: PemFile, issues: IssueList, nowMs = Date.now()): void {
  const chain = certificatesIn(cert, issues)
  for (const certificate of chain) reportDates(certificate, cert.at, issues, nowMs)
  const privateKey = keyIn(key, issues)
  const [own] = chain
  if (own === undefined || privateKey === undefined) return
  if (!own.checkPrivateKey(privateKey))
    issues.error(key.at, 'this key does not belong to the certificate: name the one that it was made with')
  else if (!serves(cert, key))
    issues.error(cert.at, 'TLS takes no such certificate: its key is too weak, or its signature too old')
}

/** OpenSSL has rules of its own, such as the least length of an RSA key. */
function serves({ pem: cert = '' }: PemFile, { pem: key = '' }: PemFile): boolean {
  try {
    createSecureContext({ cert, key })
    return true
  } catch {
    return false
  }
}

/** Certificates of authorities. Some of a bundle may have expired; they are simply of no use. */
export function reportAuthorities(ca: PemFile, issues: IssueList, nowMs = Date.now()): void {
  const authorities = certificatesIn(ca, issues)
  if (authorities.length > 0 && authorities.every((authority) => Date.parse(authority.validTo) <= nowMs))
    issues.error(ca.at, 'every certificate in this file has expired: name a file with newer ones')
}

function reportDates(certificate: X509Certificate, at: KeyPath, issues: IssueList, nowMs: number): void {
  const [fromMs, untilMs] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]
  const leftMs = untilMs - nowMs
  if (leftMs <= 0) issues.error(at, `this certificate expired on ${dayOf(untilMs)}: renew it`)
  else if (fromMs > nowMs)
    issues.error(at, `this certificate is valid only from ${dayOf(fromMs)}: correct the clock, or wait`)
  else if (leftMs < warnDays * dayMs)
    issues.warning(at, `this certificate expires on ${dayOf(untilMs)}: renew it`)
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

const certificateBlock = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END/g
const keyBlock = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/

function certificatesIn({ pem, at }: PemFile, issues: IssueList): X509Certificate[] {
  if (pem === undefined) return []
  const certificates = (pem.match(certificateBlock) ?? []).map((block) =>
    readCertificate(`${block} CERTIFICATE-----`),
  )
  if (certificates.length > 0 && certificates.every((certificate) => certificate !== undefined))
    return certificates
  issues.error(
    at,
    keyBlock.test(pem) && certificates.length === 0
      ? 'this file holds a private key: name the one with the certificate'
      : 'this file holds no certificate (PEM): name another',
  )
  return []
}

function readCertificate(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block)
  } catch {
    return undefined
  }
}

function keyIn({ pem, at }: PemFile, issues: IssueList): KeyObject | undefined {
  if (pem === undefined) return undefined
  try {
    return createPrivateKey(pem)
  } catch {
    issues.error(at, keyProblem(pem))
    return undefined
  }
}

function keyProblem(pem: string): string {
  if (/ENCRYPTED/.test(pem)) return 'this key has a password: write it without one, by openssl pkey -in FILE'
  return 'this file holds no private key (PEM): name another'
}
