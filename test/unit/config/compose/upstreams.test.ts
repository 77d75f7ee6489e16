import { describe, expect, test } from 'vitest'
import { composeUpstream } from '../../../../src/config/compose/upstreams.ts'
import { createFileReader } from '../../../../src/config/file-reader.ts'
import type { IssueList } from '../../../../src/config/issue-list.ts'

const certificate = 'test/cases/config/files/tls.crt'

function compose(input: Parameters<typeof composeUpstream>[0]) {
  const problems: string[] = []
  const issues = { error: (at: readonly unknown[]) => void problems.push(at.join('.')) } as Partial<IssueList>
  const context = { files: createFileReader(process.cwd()), issues: issues as IssueList }
  return { upstream: composeUpstream(input, ['upstream'], context), problems, files: context.files }
}

describe('an upstream', () => {
  test.each([
    ['http://a', ['http://a']],
    [
      ['http://a', 'http://b'],
      ['http://a', 'http://b'],
    ],
  ])('%j has the common pool', (input, origins) => {
    expect(compose(input).upstream).toMatchObject({ origins, connections: 128, queue: 1000 })
  })

  test('in its long form has a pool of its own', () => {
    const { upstream } = compose({ url: 'http://a', connections: 2, queue: 0, reuse: true })
    expect(upstream).toMatchObject({ origins: ['http://a'], connections: 2, queue: 0 })
  })

  test('has the text of its certificates, whose files are watched', () => {
    const pool = { connections: 1, queue: 1, reuse: true }
    const { upstream, problems, files } = compose({ url: 'https://a', ...pool, tls: { ca: certificate } })
    expect(upstream.tls?.ca).toMatch(/^-----BEGIN CERTIFICATE-----/)
    expect([...files.digests.keys()]).toEqual([files.resolve(certificate)])
    expect(problems).toEqual([])
  })

  test('with certificates speaks https alone', () => {
    const pool = { connections: 1, queue: 1, reuse: true }
    expect(compose({ url: ['https://a', 'http://b'], ...pool, tls: {} }).problems).toEqual(['upstream.tls'])
  })
})
