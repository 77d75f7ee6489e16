import type { BundledPackage } from './bundled-packages.ts'

/**
 * A CycloneDX 1.5 bill of the packages that are built into the program. Scanners of images read it: they look
 * for packages under node_modules, and there is none.
 */
export function softwareBill(packages: readonly BundledPackage[]): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    components: packages.map(({ name, version, license }) => ({
      type: 'library',
      name,
      version,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      licenses: [{ license: { id: license } }],
    })),
  }
}
