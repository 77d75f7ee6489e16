/** The schemas that others refer to. Each of them gets a name, and is written once under `components`. */
export type ComponentSchemas = {
  /** The name of a schema, which is put in the queue where it is new. `reference`: by what it was found. */
  nameOf(schema: object | boolean, reference: string): string
  has(schema: object): boolean
  /** Takes one that is not written yet out of the queue. */
  next(): { readonly name: string; readonly schema: unknown } | undefined
  /** From now on collects the names that are asked for. */
  collect(): ReadonlySet<string>
}

export function createComponentSchemas(): ComponentSchemas {
  const names = new Map<object | boolean, string>()
  const taken = new Set<string>()
  const queue: { readonly name: string; readonly schema: unknown }[] = []
  let asked = new Set<string>()

  function add(schema: object | boolean, reference: string): string {
    const name = freeName(plainName(reference), taken)
    names.set(schema, name)
    queue.push({ name, schema })
    return name
  }

  return {
    nameOf(schema, reference) {
      const name = names.get(schema) ?? add(schema, reference)
      asked.add(name)
      return name
    },
    has: (schema) => names.has(schema),
    next: () => queue.shift(),
    collect() {
      asked = new Set()
      return asked
    },
  }
}

/** The last part of a reference: `Todo` of `#/components/schemas/Todo` and of `./Todo.yaml`. */
function plainName(reference: string): string {
  const [file = '', pointer = ''] = reference.split('#', 2)
  const last = pointer.split('/').at(-1) || (file.split('/').at(-1) ?? '').replace(/\.\w+$/, '')
  return decoded(last).replace(/[^A-Za-z0-9._-]+/g, '_') || 'Schema'
}

/** A pointer in a URI fragment (RFC 6901 section 6). */
function decoded(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return step
  }
}

function freeName(name: string, taken: Set<string>): string {
  let free = name
  for (let count = 2; taken.has(free); count++) free = `${name}_${count}`
  taken.add(free)
  return free
}
