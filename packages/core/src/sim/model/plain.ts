/** Values as text, equal for equal values: how states and messages are told apart. */

/** Text of `value`; maps and sets by their entries in order of insertion, bytes by their numbers. */
export const textOf = (value: unknown): string => JSON.stringify(value, replace)

function replace(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Array.from(value) }
  if (value instanceof Map) return { map: [...value].sort(byText) }
  if (value instanceof Set) return { set: [...value].sort(byText) }
  return value
}

function byText(a: unknown, b: unknown): number {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

/** Numbers for texts: 0, 1, 2 ... in the order in which they are first seen. */
export class Interned<Value> {
  readonly #ids = new Map<string, number>()
  readonly #values: Value[] = []

  get size(): number {
    return this.#values.length
  }

  id(text: string, value: () => Value): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#values.push(value()) - 1
    this.#ids.set(text, id)
    return id
  }

  value(id: number): Value {
    const value = this.#values[id]
    if (value === undefined) throw new Error(`nothing has the number ${id}`)
    return value
  }
}
