/**
 * How much may be on its way to one member: so many bytes, and less after a loss, so that a peer which is slow or hardly to
 * be reached gets what it can take and costs its leader no more than that. Does not know what is sent, nor when something
 * counts as lost.
 *
 * After a loss the room is one message; it doubles with each progress up to {@link inFlightBytesMax}, as TCP's slow start
 * does (RFC 5681, section 3.1), and the patience doubles with each loss in a row (RFC 6298, section 5.5)
 * until the member is heard.
 */
import type { Slot } from '../base/ids.ts'
import { appendBytesMax, inFlightBytesMax, resendTicks, resendTicksMax } from '../base/limits.ts'

export class Flow {
  /** Messages on their way: the slot that each ends at, ascending, and its bytes. */
  #sent: { readonly through: Slot; readonly bytes: number }[] = []
  #bytes = 0
  #bytesMax = inFlightBytesMax
  #patienceTicks = resendTicks

  /** Whether another message may leave: always when nothing is on its way. */
  get hasRoom(): boolean {
    return this.#sent.length === 0 || this.#bytes < this.#bytesMax
  }

  /** Without progress for so many ticks what is on its way counts as lost. */
  get patienceTicks(): number {
    return this.#patienceTicks
  }

  /** Only when things leave depends on it: states that differ in nothing else go on alike. */
  toJSON(): undefined {
    return undefined
  }

  /** A message of `bytes` that ends at `through` leaves. */
  send(through: Slot, bytes: number): void {
    this.#sent.push({ through, bytes })
    this.#bytes += bytes
  }

  /** The member answers. */
  heard(): void {
    this.#patienceTicks = resendTicks
  }

  /** The member has everything up to `through`. */
  arrived(through: Slot): void {
    const open = this.#sent.findIndex(message => message.through > through)
    const done = this.#sent.splice(0, open === -1 ? this.#sent.length : open)
    if (done.length === 0) return
    for (const { bytes } of done) this.#bytes -= bytes
    this.#bytesMax = Math.min(inFlightBytesMax, 2 * this.#bytesMax)
  }

  /** What was on its way counts no more: it begins anew from elsewhere. */
  begin(): void {
    this.#sent = []
    this.#bytes = 0
  }

  /** What was on its way is lost, or counts as lost. */
  lost(): void {
    this.begin()
    this.#bytesMax = appendBytesMax
    this.#patienceTicks = Math.min(resendTicksMax, 2 * this.#patienceTicks)
  }
}
