/**
 * Which of our transactions is which of the trace's: `@12` is that of step 12, `@base` any before the trace. One name is
 * always one zxid, and of two names the later step's is the greater.
 */
export class Transactions {
  /** The last zxid before the trace. */
  readonly #base: number
  readonly #zxids = new Map<number, number>()

  constructor(base: number) {
    this.#base = base
  }

  /** Whether `zxid` can be what the trace calls `name`; remembers that it is. */
  match(name: string, zxid: number): boolean {
    if (name === '@base') return zxid <= this.#base
    const step = Number(name.slice(1))
    const known = this.#zxids.get(step)
    if (known !== undefined) return known === zxid
    if (zxid <= this.#base) return false
    for (const [other, of] of this.#zxids) if (other < step !== of < zxid || of === zxid) return false
    this.#zxids.set(step, zxid)
    return true
  }

  /** `zxid` in the trace's words, where it has been met. */
  name(zxid: number): string {
    if (zxid <= this.#base) return '@base'
    for (const [step, of] of this.#zxids) if (of === zxid) return `@${step}`
    return `zxid ${zxid}`
  }
}
