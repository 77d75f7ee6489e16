import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FairLines } from '../../src/token/fair-lines.ts'

type Item = { readonly client: string; readonly number: number }

const clients = ['a', 'b', 'c', 'd']

/** Lines, and a list of those that must be waiting in them. */
class Model {
  readonly lines: FairLines<Item>
  readonly waiting = new Set<Item>()
  #made = 0

  constructor(limit: number) {
    this.lines = new FairLines(limit)
  }

  lengthOf(client: string): number {
    return [...this.waiting].filter((item) => item.client === client).length
  }

  add(client: string): Item | undefined {
    const item = { client, number: this.#made }
    this.#made += 1
    this.waiting.add(item)
    const left = this.lines.add(client, item)
    if (left !== undefined) this.waiting.delete(left)
    return left
  }

  next(mayGo?: (item: Item) => boolean): Item | undefined {
    const item = this.lines.next(mayGo)
    if (item !== undefined) expect(this.waiting.delete(item)).toBe(true)
    return item
  }
}

type Step = (model: Model, limit: number) => void

/** Nobody is turned away while there is room, and only the longest line makes room. */
const adding = fc.constantFrom(...clients).map(
  (client): Step =>
    (model, limit) => {
      const before = model.lengthOf(client)
      const longest = Math.max(...clients.map((other) => model.lengthOf(other)))
      const hadRoom = model.lines.hasRoomFor(client)
      const left = model.add(client)
      expect(model.lengthOf(client) > before).toBe(hadRoom)
      if (left === undefined) return
      expect(model.waiting.size).toBe(limit)
      if (left.client !== client) expect(longest).toBeGreaterThan(before + 1)
    },
)

/** Whoever may go, goes. */
const taking = fc.nat({ max: 1 }).map(
  (parity): Step =>
    (model) => {
      const mayGo = ({ number }: Item) => number % 2 === parity
      const mayAny = [...model.waiting].some(mayGo)
      const item = model.next(mayGo)
      expect(item !== undefined && mayGo(item)).toBe(mayAny)
    },
)

const removing = fc.nat({ max: 8 }).map(
  (index): Step =>
    ({ lines, waiting }) => {
      const item = [...waiting][index]
      if (item === undefined) return
      lines.remove(item.client, item)
      waiting.delete(item)
    },
)

test('no item is lost or comes twice, and the size is right, whatever is done', () => {
  const steps = fc.array(fc.oneof(adding, adding, taking, removing), { maxLength: 60 })
  fc.assert(
    fc.property(fc.nat({ max: 6 }), steps, (limit, all) => {
      const model = new Model(limit)
      for (const step of all) {
        step(model, limit)
        expect(model.lines.size).toBe(model.waiting.size)
        expect(model.lines.size).toBeLessThanOrEqual(limit)
      }
      while (model.next() !== undefined);
      expect(model.waiting.size).toBe(0)
    }),
  )
})

test('clients take turns: nobody has two before one who waits has one, and each keeps its own order', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...clients), { maxLength: 40 }), (arrivals) => {
      const model = new Model(100)
      for (const client of arrivals) model.add(client)
      const gone: Item[] = []
      const turnsOf = (client: string) => gone.filter((item) => item.client === client).length
      for (let item = model.next(); item !== undefined; item = model.next()) {
        gone.push(item)
        const stillWait = clients.filter((client) => model.lengthOf(client) > 0)
        for (const other of stillWait) expect(turnsOf(item.client) - turnsOf(other)).toBeLessThanOrEqual(1)
      }
      for (const client of clients) {
        const numbers = gone.filter((item) => item.client === client).map(({ number }) => number)
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
      }
    }),
  )
})
