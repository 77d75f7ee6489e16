import type { Config } from '../config/config.ts'
import type { Issue } from '../config/issue.ts'
import type { LoadResult } from '../config/load.ts'
import { loadWhole } from '../config/load-whole.ts'
import { type FilesWatch, watchFiles } from '../config/watch.ts'
import { messageOf } from '../errors.ts'
import type { ProcessLogger } from '../log/logger.ts'
import type { Server } from '../server/single-process.ts'
import type { RunningProgram } from './program.ts'

export type Reloading = {
  readonly program: RunningProgram
  readonly server: Server
  readonly log: ProcessLogger
  /** Called with each configuration that was loaded. */
  readonly onLoaded: (config: Config) => void
}

/**
 * A file change and SIGHUP both load the file again: all of it, or nothing. SIGHUP fetches the issuers' keys
 * too, whatever becomes of the file. Returns a function that ends this.
 */
export function reloadOnChange(reloading: Reloading): () => void {
  const { program, server, log } = reloading
  // One after the other: an older content that takes longer must not come into force behind a newer one.
  let last = Promise.resolve()
  const watch = watchFiles(program.loaded.files, {
    changed() {
      last = last.then(() => tryReload(reloading, watch))
    },
    unreadable: (file, problem) =>
      log.error({ file, problem }, 'a file of the configuration cannot be read, the running one stays'),
  })
  const onSignal = () => {
    server.refreshKeys()
    watch.tell()
  }
  process.on('SIGHUP', onSignal)
  return () => {
    watch.close()
    process.off('SIGHUP', onSignal)
  }
}

async function tryReload(reloading: Reloading, watch: FilesWatch): Promise<void> {
  const { program, log, onLoaded } = reloading
  try {
    const loaded = await loadWhole(program.loaded.fileName, process.env)
    watch.follow(loaded.files)
    const config = await reload(reloading, loaded)
    if (config === undefined) program.refused()
    else onLoaded(config)
  } catch (error) {
    program.refused()
    log.error({ problem: messageOf(error) }, 'configuration not loaded, the running one stays')
  }
}

function problemText({ source, line, column, path, message }: Issue, { fileName }: LoadResult): string {
  return `${source?.fileName ?? fileName}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`
}

/** Resolves to the configuration that is in force then, or to undefined when the file has errors. */
async function reload({ program, server, log }: Reloading, loaded: LoadResult): Promise<Config | undefined> {
  const errors = loaded.issues.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (loaded.config === undefined) {
    const problem = first && problemText(first, loaded)
    log.error(
      { errors: errors.length, problem },
      'configuration not loaded, the running one stays; see scopegate check',
    )
    return undefined
  }
  await server.reload(loaded.config)
  program.took(loaded)
  log.take(loaded.config.log)
  log.info({ file: loaded.fileName }, 'configuration loaded')
  return loaded.config
}
