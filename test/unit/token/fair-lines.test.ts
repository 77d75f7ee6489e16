import { describe, expect, it } from 'vitest'
import { FairLines, networkOf } from '../../../src/token/fair-lines.ts'

/** Lines with these items, each `client/number`. Returns what there was no room for. */
function linesOf(limit: number, ...items: string[]) {
  const lines = new FairLines<string>(limit)
  const left = items.map((item) => lines.add(clientOf(item), item))
  return { lines, left, rest: () => drained(lines) }
}

const clientOf = (item: string) => item.split('/')[0] ?? ''

function drained(lines: FairLines<string>, mayGo?: (item: string) => boolean): string[] {
  const items: string[] = []
  for (let item = lines.next(mayGo); item !== undefined; item = lines.next(mayGo)) items.push(item)
  return items
}

describe('those who wait', () => {
  it('take turns by client, each in its own order', () => {
    const { lines, rest } = linesOf(10, 'a/1', 'a/2', 'a/3', 'b/1', 'c/1', 'b/2')
    expect(lines.size).toBe(6)
    expect(rest()).toEqual(['a/1', 'b/1', 'c/1', 'a/2', 'b/2', 'a/3'])
    expect(lines.size).toBe(0)
  })

  it('are behind those of other clients once their client has had its turn', () => {
    const { lines, rest } = linesOf(10, 'a/1', 'a/2')
    expect(lines.next()).toBe('a/1')
    lines.add('b', 'b/1')
    expect(rest()).toEqual(['a/2', 'b/1'])
  })

  it('are passed over while they may not go, and keep their turn', () => {
    const { lines, rest } = linesOf(10, 'a/big', 'a/2', 'b/big', 'c/1')
    expect(drained(lines, (item) => !item.endsWith('big'))).toEqual(['a/2', 'c/1'])
    expect(lines.size).toBe(2)
    expect(rest()).toEqual(['b/big', 'a/big'])
  })

  it('can leave, wherever they are, once', () => {
    const { lines, rest } = linesOf(10, 'a/1', 'a/2', 'a/3', 'b/1')
    for (const item of ['a/2', 'b/1', 'b/1', 'c/1']) lines.remove(clientOf(item), item)
    expect(lines.size).toBe(2)
    expect(rest()).toEqual(['a/1', 'a/3'])
  })
})

describe('when all lines together are full', () => {
  it('the last of the longest line makes room for a client whose line is shorter', () => {
    const { left, rest } = linesOf(3, 'a/1', 'a/2', 'a/3', 'b/1')
    expect(left).toEqual([undefined, undefined, undefined, 'a/3'])
    expect(rest()).toEqual(['a/1', 'b/1', 'a/2'])
  })

  it('nobody makes room for a line that would be as long then', () => {
    const { lines, left } = linesOf(3, 'a/1', 'a/2', 'b/1', 'b/2', 'a/3')
    expect(left).toEqual([undefined, undefined, undefined, 'b/2', 'a/3'])
    expect(lines.size).toBe(3)
  })

  it.each<[string, readonly string[], string, boolean]>([
    ['a client with a shorter line', ['a/1', 'a/2'], 'b', true],
    ['the client with the longest', ['a/1', 'a/2'], 'a', false],
    ['a client when each has one', ['a/1', 'b/1'], 'c', false],
    ['anybody when it is not full', ['a/1'], 'a', true],
  ])('there is room, or not, for %s', (_, items, client, hasRoom) => {
    const { lines } = linesOf(2, ...items)
    expect(lines.hasRoomFor(client)).toBe(hasRoom)
    expect(lines.add(client, 'new') !== 'new').toBe(hasRoom)
  })

  it('a limit of none lets nobody wait', () => {
    const { lines } = linesOf(0)
    expect(lines.hasRoomFor('a')).toBe(false)
    expect(lines.add('a', 'a/1')).toBe('a/1')
    expect(lines.size).toBe(0)
  })
})

describe('one client is', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:1::', '2001:db8:1:0'],
    ['2001::1:2:3:4:5:6', '2001:0:1:2'],
    ['', ''],
  ])('%s: %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  it('whoever has addresses of one network, however they are written', () => {
    expect(networkOf('::1')).toBe(networkOf('0:0:0:0:0:0:0:1'))
    expect(networkOf('2001:DB8::1')).toBe(networkOf('2001:db8::2'))
    expect(networkOf('2001:0db8::1')).toBe(networkOf('2001:db8::2'))
  })
})
