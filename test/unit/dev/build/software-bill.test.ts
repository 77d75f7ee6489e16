import { expect, it } from 'vitest'
import { bundledPackages } from '../../../../src/dev/build/bundled-packages.ts'
import { softwareBill } from '../../../../src/dev/build/software-bill.ts'

it('lists each package that is built in once, with version, licence and package URL', () => {
  const files = [
    'src/cli.ts',
    'node_modules/yaml/dist/index.js',
    'node_modules/yaml/dist/compose/composer.js',
  ]
  const packages = bundledPackages([...files, 'node_modules/@pinojs/redact/index.js'])
  expect(packages.map(({ name }) => name)).toEqual(['@pinojs/redact', 'yaml'])
  expect(softwareBill(packages)).toMatchObject({
    bomFormat: 'CycloneDX',
    components: [
      { name: '@pinojs/redact', purl: expect.stringMatching(/^pkg:npm\/%40pinojs\/redact@\d/) },
      { name: 'yaml', version: packages[1]?.version, licenses: [{ license: { id: 'ISC' } }] },
    ],
  })
})
