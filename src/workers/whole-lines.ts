const newline = 0x0a

/**
 * Cuts what a process writes into whole lines. Several processes that write to one pipe would otherwise mix
 * their output within a line, since a pipe keeps no more than 4 KiB together. A line that never ends, because
 * its process was killed, is dropped.
 */
export function wholeLines(write: (lines: string) => void): (chunk: Buffer) => void {
  let unfinished: Buffer[] = []
  return (chunk) => {
    const end = chunk.lastIndexOf(newline) + 1
    if (end === 0) return void unfinished.push(chunk)
    write(Buffer.concat([...unfinished, chunk.subarray(0, end)]).toString())
    unfinished = end === chunk.length ? [] : [chunk.subarray(end)]
  }
}
