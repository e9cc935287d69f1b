/**
 * Two ends of a stream between processes of a virtual world: what is said at one is heard at the other a moment later, in
 * order, as a copy. A dead process says and hears nothing. Does not know what is said.
 */
import type { StreamPort } from '../../host/worker/protocol.ts'
import type { Chance } from '../../sim/chance.ts'
import type { VirtualProcess } from './process.ts'

/** From one thread to another: at once, or a little later. */
const delayMsMax = 1

class VirtualPort implements StreamPort {
  onmessage: ((event: MessageEvent) => void) | null = null
  readonly #process: VirtualProcess
  readonly #chance: Chance
  #other: VirtualPort | null = null
  #isClosed = false
  /** When what was said last is heard. Invariant: never goes back. */
  #heardAt = 0

  constructor(process: VirtualProcess, chance: Chance) {
    this.#process = process
    this.#chance = chance
  }

  pair(other: VirtualPort): void {
    this.#other = other
    other.#other = this
  }

  postMessage(message: unknown): void {
    if (this.#isClosed) return
    const data: unknown = structuredClone(message)
    this.#process.whenAwake(() => this.#carry(data))
  }

  close(): void {
    this.#isClosed = true
  }

  #carry(data: unknown): void {
    const other = this.#other
    if (other === null) return
    const now = this.#process.steadyMs()
    this.#heardAt = Math.max(this.#heardAt, now + this.#chance.between(0, delayMsMax))
    other.#process.after(this.#heardAt - now, () => {
      if (!other.#isClosed) other.onmessage?.({ data } as MessageEvent)
    })
  }
}

/** A stream: its end in `here`, and that in `there`. */
export function openStream(
  here: VirtualProcess,
  there: VirtualProcess,
  chance: Chance,
): readonly [StreamPort, StreamPort] {
  const ends = [new VirtualPort(here, chance), new VirtualPort(there, chance)] as const
  ends[0].pair(ends[1])
  return ends
}
