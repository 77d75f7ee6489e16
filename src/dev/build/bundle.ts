import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

// `npm run build`: dist/cli.js becomes the whole program in one file. From start to listening it took 225 ms
// on Node 20 and 196 ms on Node 24 to load its 280 files one by one; with one file it takes 148 and 133 ms.
// Three things were tried and gained nothing: minifying, several files that load each other, and V8's compile
// cache (10 ms, and the image has no place to keep it).

/** The licences of the packages that are built in: each asks to be passed on with the code. */
const notices = 'dist/THIRD-PARTY.txt'

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

const { metafile } = await build({
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/cli.js',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // For `node --enable-source-maps`. Names in a stack trace are right without it, as nothing is minified.
  sourcemap: 'linked',
  sourcesContent: false,
  plugins: [withoutStandIns],
  metafile: true,
  // CommonJS packages load Node's modules with `require`, which an ES module does not have.
  banner: {
    js: [
      "import { createRequire as requireFrom } from 'node:module'",
      'const require = requireFrom(import.meta.url)',
    ].join('\n'),
  },
})

const folders = Object.keys(metafile.inputs).map(
  (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0],
)
const packages = new Set(folders.filter((folder) => folder !== undefined))
writeFileSync(
  notices,
  [...packages]
    .sort()
    .map(noticeOf)
    .join(`\n${'-'.repeat(80)}\n\n`),
)

/** Throws when the package comes without the text of a licence: then somebody has to look for it. */
function noticeOf(folder: string): string {
  const text = readFileSync(join(folder, 'package.json'), 'utf8')
  const { name, version, license } = JSON.parse(text) // npm has read it before.
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  if (file === undefined) throw new Error(`${folder} has no licence text`)
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
}
