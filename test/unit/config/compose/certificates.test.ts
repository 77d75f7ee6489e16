import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { reportAuthorities, reportCertificate } from '../../../../src/config/compose/certificates.ts'
import type { IssueList } from '../../../../src/config/issue-list.ts'
import { createCertificate } from '../../../support/certificate.ts'

const folder = mkdtempSync(join(tmpdir(), 'scopegate-certificates-'))
afterAll(() => rmSync(folder, { recursive: true }))

function pair(name: string, days: number) {
  const { cert, key } = createCertificate(folder, name, { days })
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}

const own = pair('own', 100)
const other = pair('other', 100)
const dayMs = 86_400_000

function report(run: (issues: IssueList) => void): string[] {
  const found: string[] = []
  const issues = {
    error: (at: readonly unknown[], message: string) => void found.push(`${at.join('.')}: ${message}`),
    warning: (at: readonly unknown[], message: string) =>
      void found.push(`${at.join('.')} warning: ${message}`),
  }
  run(issues as IssueList)
  return found
}

function reportPair(cert: string | undefined, key: string | undefined, inDays = 0): string[] {
  const nowMs = Date.now() + inDays * dayMs
  return report((issues) =>
    reportCertificate({ pem: cert, at: ['cert'] }, { pem: key, at: ['key'] }, issues, nowMs),
  )
}

describe('a certificate and its key', () => {
  test('are right when they belong together and are valid now', () => {
    expect(reportPair(own.cert, own.key)).toEqual([])
  })

  test.each([
    [85, []],
    [87, [expect.stringMatching(/^cert warning: this certificate expires on \d{4}-\d\d-\d\d: renew it$/)]],
    [101, [expect.stringMatching(/^cert: this certificate expired on \d{4}-\d\d-\d\d: renew it$/)]],
    [-1, [expect.stringMatching(/^cert: this certificate is valid only from \d{4}-\d\d-\d\d: /)]],
  ])('in %d days: %j', (days, issues) => {
    expect(reportPair(own.cert, own.key, days)).toEqual(issues)
  })

  test('are wrong when the key is of another certificate', () => {
    expect(reportPair(own.cert, other.key)).toEqual([
      'key: this key does not belong to the certificate: name the one that it was made with',
    ])
  })

  test('may come with the certificates of authorities, which expire too', () => {
    const short = pair('short', 1)
    expect(reportPair(own.cert + other.cert, own.key)).toEqual([])
    expect(reportPair(own.cert + short.cert, own.key, 2)).toEqual([expect.stringContaining('expired on')])
  })

  test('say so when they are swapped', () => {
    expect(reportPair(own.key, own.cert)).toEqual([
      'cert: this file holds a private key: name the one with the certificate',
      'key: this file holds no private key (PEM): name another',
    ])
  })

  test('say so when the key has a password', () => {
    const made = ['-topk8', '-v2', 'aes-256-cbc', '-passout', 'pass:sesame']
    const encrypted = execFileSync('openssl', ['pkcs8', ...made], { input: own.key, encoding: 'utf8' })
    expect(reportPair(own.cert, encrypted)).toEqual([expect.stringContaining('this key has a password')])
  })

  test('are refused as TLS refuses them', () => {
    const [cert, key] = [join(folder, 'weak.crt'), join(folder, 'weak.key')]
    const made = ['-newkey', 'rsa:512', '-nodes', '-subj', '/CN=weak', '-days', '100', '-sha1']
    execFileSync('openssl', ['req', '-x509', ...made, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    expect(reportPair(readFileSync(cert, 'utf8'), readFileSync(key, 'utf8'))).toEqual([
      'cert: TLS takes no such certificate: its key is too weak, or its signature too old',
    ])
  })

  test.each(['', 'certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'are none: %j',
    (pem) => {
      expect(reportPair(pem, pem)).toEqual([
        'cert: this file holds no certificate (PEM): name another',
        'key: this file holds no private key (PEM): name another',
      ])
    },
  )

  test('are left alone where an issue says why they cannot be read', () => {
    expect(reportPair(undefined, undefined)).toEqual([])
  })
})

test('a bundle of authorities is of use while one of them is valid', () => {
  const short = pair('authority', 1)
  const reportBundle = (pem: string, inDays: number) =>
    report((issues) => reportAuthorities({ pem, at: ['ca'] }, issues, Date.now() + inDays * dayMs))
  expect(reportBundle(short.cert + own.cert, 2)).toEqual([])
  expect(reportBundle(short.cert, 2)).toEqual([
    'ca: every certificate in this file has expired: name a file with newer ones',
  ])
})
