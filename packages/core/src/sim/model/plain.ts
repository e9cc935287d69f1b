/** Values as text, equal for equal values: how states and messages are told apart. */

/** Text of `value` without the fields named in `leftOut`; maps and sets in one order, bytes by their numbers. */
export function textOf(value: unknown, leftOut: readonly string[] = []): string {
  return JSON.stringify(value, (key, each: unknown) => (leftOut.includes(key) ? undefined : plain(each)))
}

function plain(value: unknown): unknown {
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

  id(text: string, value: (id: number) => Value): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#values.length
    this.#ids.set(text, id)
    this.#values.push(value(id))
    return id
  }

  value(id: number): Value {
    const value = this.#values[id]
    if (value === undefined) throw new Error(`nothing has the number ${id}`)
    return value
  }
}
