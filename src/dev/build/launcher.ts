/**
 * The text of dist/scopegate.js, which is the command `scopegate`. It is a file of its own so that a Node
 * that is too old says so in one line: dist/cli.js has syntax and imports that such a Node does not know,
 * which would be an error of many lines before any of it runs. So only the oldest syntax may stand here.
 * `range` is `engines.node` of package.json, such as `>=20.20`.
 */
export function launcher(range: string): string {
  const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(range) ?? []
  if (major === undefined || minor === undefined) throw new Error('engines.node must look like >=20.20')
  return `#!/usr/bin/env node
var version = process.versions.node.split('.').map(Number)
if (version[0] < ${major} || (version[0] === ${major} && version[1] < ${minor})) {
  var needed = 'Scopegate needs Node ${major}.${minor} or newer'
  process.stderr.write(needed + ', and this is ' + process.version + '\\n')
  process.exit(1)
}
import("./cli.js")
`
}
