/**
 * Collects what one step of an engine asks for. Belongs to one step: made at its start, read once at its end. Knows no
 * protocol.
 */
import type { NodeId, Slot } from '../base/ids.ts'
import type { Ballot } from './ballot.ts'
import type { Decided, EngineOutput, LogWrite, Outgoing, Snapshot } from './engine.ts'
import type { Run, Value } from './value.ts'

export class Effects<Message> {
  readonly #send: Outgoing<Message>[] = []
  readonly #sendAfterPersist: Outgoing<Message>[] = []
  readonly #log: LogWrite[] = []
  readonly #decided: Decided[] = []
  readonly #reads: { id: number; slot: Slot }[] = []
  #hardStateChanged = false
  #snapshot: Snapshot | null = null
  #install: Snapshot | null = null

  /** A message that vouches for nothing: it leaves at once. */
  send(to: NodeId, message: Message): void {
    this.#send.push({ to, message })
  }

  /** A message that vouches for durable state, of this step or an earlier one. */
  sendAfterPersist(to: NodeId, message: Message): void {
    this.#sendAfterPersist.push({ to, message })
  }

  append(run: Run): void {
    this.#log.push({ type: 'append', run })
  }

  /** Slots in rising order, perhaps with gaps: one run for each row of neighbours. */
  appendEach(ballot: Ballot, entries: readonly (readonly [Slot, Value])[]): void {
    let row: { readonly firstSlot: Slot; readonly values: Value[] } | null = null
    for (const [at, value] of entries) {
      if (row !== null && row.firstSlot + row.values.length === at) {
        row.values.push(value)
        continue
      }
      row = { firstSlot: at, values: [value] }
      this.append({ ballot, ...row })
    }
  }

  /** Nothing is in the log from `from` on, until something is appended again. */
  truncate(from: Slot): void {
    this.#log.push({ type: 'truncate', from })
  }

  /** The hard state changed in a way that must be on disk before anyone hears of it. */
  saveHardState(): void {
    this.#hardStateChanged = true
  }

  /** Who votes is on disk as soon as it is known: a restart must not need those who were taken out. */
  decide(slot: Slot, value: Value): void {
    if (!(value instanceof Uint8Array) && value.type === 'membership') this.#hardStateChanged = true
    this.#decided.push({ slot, value })
  }

  answerRead(id: number, slot: Slot): void {
    this.#reads.push({ id, slot })
  }

  /** Stores `snapshot` in place of the log before it; `install` when its state is also new to this node. */
  saveSnapshot(snapshot: Snapshot, install: boolean): void {
    this.#snapshot = snapshot
    if (!install) return
    this.#install = snapshot
    // What this step decided before is in the snapshot: what is given out with it comes after it.
    this.#decided.length = 0
  }

  /** A snapshot that was stored before: its state is new to the state machine only. */
  installRecovered(snapshot: Snapshot): void {
    this.#install = snapshot
  }

  /** The output; `hardState` is asked for only when something is written. */
  output(hardState: () => unknown): EngineOutput<Message> {
    const writes = this.#hardStateChanged || this.#log.length > 0 || this.#snapshot !== null
    return {
      send: this.#send,
      persist: writes ? { hardState: hardState(), log: this.#log, snapshot: this.#snapshot } : null,
      sendAfterPersist: this.#sendAfterPersist,
      decided: this.#decided,
      reads: this.#reads,
      install: this.#install,
    }
  }
}
