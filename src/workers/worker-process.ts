import { type ChildProcess, fork } from 'node:child_process'
import type { Socket } from 'node:net'
import type { OrderKind, Orders, Plea, Replies, Reply } from './messages.ts'
import { wholeLines } from './whole-lines.ts'

/** One worker process as its supervisor sees it, from fork to exit. */
export type WorkerProcess = {
  readonly pid: number | undefined
  /**
   * Resolves to undefined when the process ends before it replies. The socket stays open in this process too.
   */
  ask<K extends OrderKind>(kind: K, content: Orders[K], socket?: Socket): Promise<Replies[K] | undefined>
  /** Ends the process at once, whatever it is doing. */
  kill(): void
  /** Resolves when the process has ended and its last log line has been read. */
  readonly ended: Promise<End>
}

export type End = { readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }

export type WorkerProcessOptions = {
  /** Gets the whole lines that the process writes. Its standard error is the supervisor's own. */
  readonly writeLog: (lines: string) => void
  /** Resolves to the answer to a plea. Never rejects. */
  readonly onPlea: (plea: Plea) => Promise<Orders['pleaAnswered']>
}

export function startWorkerProcess({ writeLog, onPlea }: WorkerProcessOptions): WorkerProcess {
  // All workers get the same arguments: Node derives from them which TLS sessions may be resumed.
  const child = fork(process.argv[1] ?? '', ['worker'], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // The supervisor has taken the port of the inspector.
    execArgv: process.execArgv.filter((flag) => !flag.startsWith('--inspect')),
  })
  child.stdout?.on('data', wholeLines(writeLog)).on('error', () => {})
  const channel = openChannel(child, onPlea)
  return {
    pid: child.pid,
    ended: endOf(child).finally(channel.giveUp),
    kill: () => void child.kill('SIGKILL'),
    ask: channel.ask,
  }
}

/** Brings orders and replies together. */
function openChannel(
  child: ChildProcess,
  onPlea: WorkerProcessOptions['onPlea'],
): { readonly ask: WorkerProcess['ask']; giveUp(): void } {
  const unanswered = new Map<number, (value: never) => void>()
  let lastId = 0

  function giveUp(): void {
    for (const resolve of unanswered.values()) (resolve as (value: undefined) => void)(undefined)
    unanswered.clear()
  }

  const ask: WorkerProcess['ask'] = (kind, content, socket) =>
    new Promise((resolve) => {
      if (!child.connected) return resolve(undefined)
      lastId += 1
      unanswered.set(lastId, resolve)
      // This fails only while the process is ending, and then `disconnect` follows.
      child.send({ id: lastId, kind, content }, socket, { keepOpen: true }, () => {})
    })

  child.on('message', (message: Reply | Plea) => {
    if ('pleaId' in message) return void onPlea(message).then((answer) => ask('pleaAnswered', answer))
    const { id, value } = message
    const resolve = unanswered.get(id)
    unanswered.delete(id)
    resolve?.(value as never) // The reply to this id is of the kind that was asked for.
  })
  child.on('disconnect', giveUp)
  return { giveUp, ask }
}

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal }))
    child.on('error', () => {
      // No process was made, for lack of memory or of a place in the process table. No other event follows
      // then.
      if (child.pid === undefined) resolve({ exitCode: null, signal: null })
    })
  })
}
