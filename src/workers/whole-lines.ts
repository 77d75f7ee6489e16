const newline = 0x0a

/**
 * Cuts what a process writes into whole lines: those of several processes on one pipe would else be mixed within a line (a pipe
 * keeps no more than 4 KiB together). A line that is never ended, because its process was killed, is dropped.
 */
export function wholeLines(write: (lines: string) => void): (chunk: Buffer) => void {
  let begun: Buffer[] = []
  return (chunk) => {
    const end = chunk.lastIndexOf(newline) + 1
    if (end === 0) return void begun.push(chunk)
    write(Buffer.concat([...begun, chunk.subarray(0, end)]).toString())
    begun = end === chunk.length ? [] : [chunk.subarray(end)]
  }
}
