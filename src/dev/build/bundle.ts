import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { bundledPackages } from './bundled-packages.ts'
import { launcher } from './launcher.ts'
import { softwareBill } from './software-bill.ts'

// `npm run build`: dist/cli.js becomes the whole program in one file. From start to listening it took 225 ms
// on Node 20 and 196 ms on Node 24 to load its 280 files one by one; with one file it takes 148 and 133 ms.
// Three things were tried and gained nothing: minifying, several files that load each other, and V8's compile
// cache (10 ms, and the image has no place to keep it).

const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } } // Ours.

/** The stand-ins are not published, so they are not built in: `scopegate demo` loads them from dist/dev/. */
const withoutStandIns: Plugin = {
  name: 'without-stand-ins',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/dev\// }, ({ path }) => ({
      path: path.replace(/\.ts$/, '.js'),
      external: true,
    }))
  },
}

/**
 * Commands that read OpenAPI documents are in a file of their own, which a gateway that serves never loads:
 * in dist/cli.js they would cost it half a MiB. Modules that both files need are in both.
 */
const openApiCommands = ['src/commands/init.ts', 'src/commands/compare.ts']
const withoutOpenApi: Plugin = {
  name: 'without-openapi',
  setup({ onResolve }) {
    onResolve({ filter: /\/(?:init|compare)\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './openapi.js', external: true } : undefined,
    )
  },
}

const common = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcesContent: false,
  metafile: true,
  banner: {
    // CommonJS packages load Node's modules with `require`, which an ES module does not have.
    js: [
      "import { createRequire as requireFrom } from 'node:module'",
      'const require = requireFrom(import.meta.url)',
    ].join('\n'),
  },
} as const satisfies BuildOptions

const program = await build({
  ...common,
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/cli.js',
  // For `node --enable-source-maps`. Names in a stack trace are right without it, as nothing is minified.
  sourcemap: 'linked',
  plugins: [withoutStandIns, withoutOpenApi],
})

const openApi = await build({
  ...common,
  stdin: {
    contents: openApiCommands.map((file) => `export * from ${JSON.stringify(`./${file}`)}`).join('\n'),
    resolveDir: '.',
  },
  outfile: 'dist/openapi.js',
})

writeFileSync('dist/scopegate.js', launcher(engines.node), { mode: 0o755 })

const inputs = [program, openApi].flatMap(({ metafile }) => Object.keys(metafile.inputs))
const packages = bundledPackages(inputs)
const rule = `\n${'-'.repeat(80)}\n\n`
writeFileSync('dist/THIRD-PARTY.txt', packages.map(noticeOf).join(rule))
writeFileSync('dist/sbom.cdx.json', `${JSON.stringify(softwareBill(packages), null, 2)}\n`)

/**
 * The licence of a package that is built in, which each asks to be passed on with the code. Throws when it
 * comes without the text of a licence: then somebody has to look for it.
 */
function noticeOf({ folder, name, version, license }: (typeof packages)[number]): string {
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  if (file === undefined) throw new Error(`${folder} has no licence text`)
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
}
