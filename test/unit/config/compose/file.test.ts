import { describe, expect, test } from 'vitest'
import { decode } from '../../../../src/config/compose/file.ts'
import { createFileReader } from '../../../../src/config/file-reader.ts'
import { readYamlTree } from '../../../../src/config/yaml/tree.ts'
import { fileWith } from '../../../support/config.ts'

function decoded(text: string) {
  const files = createFileReader('/')
  return decode(readYamlTree(text, { env: {}, files }), {
    files,
    fileName: '/gateway.yaml',
    use: 'serve',
  })
}

describe('a decoded file', () => {
  test('has no configuration when there is an error, and has one beside a warning', () => {
    expect(decoded(fileWith({ routes: '{ /x: [a] }' })).config).toBeUndefined()
    const { config, issues } = decoded(fileWith({ routes: '{ /x: publik }' }))
    expect(config).toBeDefined()
    expect(issues.map(({ severity }) => severity)).toEqual(['warning'])
  })

  test('is checked on as if a wrong value had never been written', () => {
    const { issues } = decoded(fileWith({ routes: '{ /x: [a], /y: [b] }', top: 'limits: { bodyBytes: 1 }' }))
    expect(issues.map(({ path }) => path)).toEqual([
      'apis.a.routes./x',
      'apis.a.routes./y',
      'limits.bodyBytes',
    ])
  })

  test('knows where the parts are written that are reached over the network', () => {
    const { network } = decoded(fileWith({ routes: '{ /x: { scopes: r, upstream: http://b.test } }' }))
    expect(network?.issuers.map(({ at }) => at.join('.'))).toEqual(['issuer.logto'])
    expect(network?.upstreams.map(({ at, upstream }) => [at.join('.'), ...upstream.origins])).toEqual([
      ['apis.a.upstream', 'http://a.test'],
      ['apis.a.routes./x.upstream', 'http://b.test'],
    ])
    expect(network?.issueAt(['issuer', 'logto'], 'wrong')).toMatchObject({
      line: 1,
      column: 18,
      severity: 'error',
    })
  })

  test('that is no YAML has one issue and nothing else', () => {
    const { config, network, issues } = decoded('a: [')
    expect([config, network, issues.length]).toEqual([undefined, undefined, 1])
  })
})
