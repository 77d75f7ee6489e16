/**
 * Those who wait, in a line for each client. Clients take turns, however many items each has in line: one
 * that floods waits behind its own flood, the others wait behind one item of it.
 */
export class FairLines<T> {
  readonly #limit: number
  /** In the order of their turns. None is empty. */
  readonly #lines = new Map<string, T[]>()
  #size = 0

  /** `limit` is how many items may wait, of all clients together. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#size
  }

  /** Whether `add` would keep one more of this client. */
  hasRoomFor(address: string): boolean {
    return this.#size < this.#limit || this.#longestBut(networkOf(address)) !== undefined
  }

  /**
   * Puts an item at the end of its client's line. When all lines together are full, the longest loses its
   * last item to a client whose line is shorter. Returns the item for which there is no room: that one, or
   * the new one.
   */
  add(address: string, item: T): T | undefined {
    const client = networkOf(address)
    let removed: T | undefined
    if (this.#size >= this.#limit) {
      const longest = this.#longestBut(client)
      if (longest === undefined) return item
      removed = longest.pop()
      this.#size -= 1
    }
    const line = this.#lines.get(client)
    if (line === undefined) this.#lines.set(client, [item])
    else line.push(item)
    this.#size += 1
    return removed
  }

  /** The first item that may go, of the client whose turn it is; that client is then behind all others. */
  next(mayGo: (item: T) => boolean = () => true): T | undefined {
    for (const [client, line] of this.#lines) {
      const index = line.findIndex(mayGo)
      if (index < 0) continue
      const [item] = line.splice(index, 1)
      this.#lines.delete(client)
      if (line.length > 0) this.#lines.set(client, line)
      this.#size -= 1
      return item
    }
    return undefined
  }

  /** Takes an item out, if it still waits. */
  remove(address: string, item: T): void {
    const client = networkOf(address)
    const line = this.#lines.get(client)
    const index = line?.indexOf(item) ?? -1
    if (line === undefined || index < 0) return
    line.splice(index, 1)
    this.#size -= 1
    if (line.length === 0) this.#lines.delete(client)
  }

  /** The longest line, unless one more item makes this client's line as long. */
  #longestBut(client: string): T[] | undefined {
    let longest: T[] = []
    for (const line of this.#lines.values()) if (line.length > longest.length) longest = line
    return longest.length > (this.#lines.get(client)?.length ?? 0) + 1 ? longest : undefined
  }
}

/** Whoever has one IPv6 address has the other 2^64 of its network too: all of them are one client. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [left = '', right] = address.split('::')
  const groups = left.split(':')
  if (right !== undefined) {
    const rest = right.split(':')
    groups.push(...Array<string>(Math.max(8 - groups.length - rest.length, 0)).fill('0'), ...rest)
  }
  return groups.slice(0, 4).map(shortGroup).join(':')
}

/** Proxies spell addresses each in their own way. */
function shortGroup(group: string): string {
  return group.toLowerCase().replace(/^0+(?=.)/, '') || '0'
}
