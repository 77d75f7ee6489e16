import { fork } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Answer, Answers, Kind, Orders } from './messages.ts'
import { wholeLines } from './whole-lines.ts'

/** One worker as its supervisor sees it, from fork to exit. */
export type WorkerProcess = {
  readonly pid: number | undefined
  /** Undefined when the process ends before it answers. The socket stays open here too. */
  ask<K extends Kind>(kind: K, order: Orders[K], socket?: Socket): Promise<Answers[K] | undefined>
  /** At once, whatever it is doing. */
  kill(): void
  /** When its last log line has been read. */
  readonly ended: Promise<End>
}

export type End = { readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }

/** `log` gets its whole lines. Its standard error is the supervisor's. */
export function startWorkerProcess(log: (lines: string) => void): WorkerProcess {
  // The same arguments for all: Node derives from them for whom a TLS session may be resumed.
  const child = fork(process.argv[1] ?? '', ['worker'], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // The port of the inspector is taken by the supervisor.
    execArgv: process.execArgv.filter((flag) => !flag.startsWith('--inspect')),
  })
  const asked = new Map<number, (value: never) => void>()
  let asks = 0

  function giveUp(): void {
    for (const resolve of asked.values()) (resolve as (value: undefined) => void)(undefined)
    asked.clear()
  }

  child.stdout?.on('data', wholeLines(log)).on('error', () => {})
  child.on('message', ({ id, value }: Answer) => {
    const resolve = asked.get(id)
    asked.delete(id)
    resolve?.(value as never) // The answer to this id is of the kind that was asked for.
  })
  child.on('disconnect', giveUp)
  const ended = new Promise<End>((resolve) => {
    child.on('close', (exitCode, signal) => {
      giveUp()
      resolve({ exitCode, signal })
    })
    child.on('error', () => {
      if (child.pid !== undefined) return
      // There was no memory for it, or no place in the process table: then nothing else is ever heard of it.
      giveUp()
      resolve({ exitCode: null, signal: null })
    })
  })
  return {
    pid: child.pid,
    ended,
    kill: () => void child.kill('SIGKILL'),
    ask: (kind, order, socket) =>
      new Promise((resolve) => {
        if (!child.connected) return resolve(undefined)
        asks += 1
        asked.set(asks, resolve)
        // A failure here is a process that is ending: `disconnect` follows.
        child.send({ id: asks, kind, with: order }, socket, { keepOpen: true }, () => {})
      }),
  }
}
