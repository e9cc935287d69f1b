/**
 * How a replica takes its snapshots: one at a time, a few znodes a tick, so that a large tree stops nobody; a small one is
 * there at once. Does not know when one is due (compaction.ts) or what becomes of it.
 */
import type { Slot } from '../base/ids.ts'
import { snapshotZnodesPerTick } from '../base/limits.ts'
import type { Snapshot } from '../consensus/engine.ts'
import type { Membership } from '../consensus/membership.ts'
import type { SnapshotWriting, StateMachine } from '../state/contract.ts'

interface Writing {
  readonly through: Slot
  readonly membership: Membership
  readonly writing: SnapshotWriting
}

export class Snapshotting {
  readonly #znodesPerTick: number
  #writing: Writing | null = null
  #written: Snapshot | null = null

  constructor(znodesPerTick: number = snapshotZnodesPerTick) {
    this.#znodesPerTick = znodesPerTick
  }

  /** Begins a snapshot of `machine` as it is now. Left out while another is being written: the next one will do. */
  begin(machine: StateMachine, membership: Membership): void {
    if (this.#writing !== null) return
    this.#writing = { through: machine.appliedThrough, membership, writing: machine.beginSnapshot() }
    this.tick()
  }

  /** One tick's share of what is being written. */
  tick(): void {
    if (this.#writing === null) return
    const { through, membership, writing } = this.#writing
    const state = writing.advance(this.#znodesPerTick)
    if (state === null) return
    this.#written = { through, membership, state }
    this.#writing = null
  }

  /** The state was replaced by a later one: what is being written is of no use any more. */
  cancel(): void {
    this.#writing = null
  }

  /** The snapshot that is complete since the last call, if any. */
  take(): Snapshot | null {
    const written = this.#written
    this.#written = null
    return written
  }
}
