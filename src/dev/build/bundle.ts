import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

// `npm run build`: dist/cli.js becomes the whole program in one file. To load its 280 files one by one took 225 ms from start to
// listening on Node 20 and 196 on Node 24; as one it is 148 and 133. Left out, because they gain nothing: minifying, several
// files that load each other, V8's compile cache (10 ms, and the image has no place to keep it).

/** What each package asks to be told beside its code. */
const notices = 'dist/THIRD-PARTY.txt'

/** The stand-ins are not published: what needs them loads them from where they are. */
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
  // For `node --enable-source-maps`. Names stay as they are in either case.
  sourcemap: 'linked',
  sourcesContent: false,
  plugins: [withoutStandIns],
  metafile: true,
  // CommonJS packages ask for Node's modules by `require`, which an ES module has not.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)",
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

/** Throws when the package has no licence in it: then somebody has to look. */
function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) // npm has read it.
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  if (file === undefined) throw new Error(`${folder} has no licence text`)
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
}
