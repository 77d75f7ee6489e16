import { expect, test } from 'vitest'
import { createPluginManifest } from '../../../src/endpoint/plugin-manifest.ts'

test('the manifest stands at its well-known path, on the hosts of its API, and asks nothing', () => {
  const manifest = createPluginManifest({
    publicUrl: 'https://a.test',
    scopes: ['read'],
    hosts: ['a.test'],
    manifest: {
      nameForHuman: 'Todos',
      nameForModel: 'todos',
      descriptionForHuman: 'Your todos.',
      descriptionForModel: 'Lists todos.',
      logoUrl: 'https://a.test/logo.png',
      contactEmail: 'help@a.test',
      legalInfoUrl: 'https://a.test/legal',
      verificationTokens: {},
    },
  })
  expect(manifest).toMatchObject({
    path: '/.well-known/ai-plugin.json',
    hosts: ['a.test'],
    methods: ['GET', 'HEAD', 'OPTIONS'],
    requires: 'nothing',
  })
})
