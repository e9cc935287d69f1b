/**
 * Snapshots from one replica to another, for all engines: offered by whoever sees that the other needs slots which are
 * forgotten, fetched by the other in pieces at its own pace, resumed after a loss from whoever offers the same one.
 * A snapshot holds chosen values only, so it may come from anybody in any ballot. Knows nothing of what its bytes mean.
 *
 *   has it                 needs it
 *     | snapshotOffer         |
 *     |---------------------->|
 *     |   snapshotAsk(offset) |
 *     |<----------------------|
 *     | snapshotPiece ...     |   a few for each ask
 *     |---------------------->|  installs, when the last one came
 */
import { hashBytes } from '../base/hash.ts'
import type { NodeId, Slot } from '../base/ids.ts'
import { resendTicks, snapshotBytesMax, snapshotPieceBytes, snapshotPiecesPerAsk } from '../base/limits.ts'
import { aCounter, aSlot, type Kinds, record, someBytes, where } from '../base/shape.ts'
import { aBallot, type Ballot, noBallot } from './ballot.ts'
import type { Snapshot } from './engine.ts'
import { aMembership, type Membership } from './membership.ts'

/** Equal snapshots of different replicas have equal names: what one sent in part, another can go on with. */
export interface SnapshotName {
  readonly through: Slot
  /** Bytes of the state. */
  readonly size: number
  readonly hash: number
}

export type SnapshotMessage =
  | {
      readonly type: 'snapshotOffer'
      readonly name: SnapshotName
      readonly membership: Membership
      readonly lastBallot: Ballot
    }
  | { readonly type: 'snapshotAsk'; readonly name: SnapshotName; readonly offset: number }
  | {
      readonly type: 'snapshotPiece'
      readonly name: SnapshotName
      readonly offset: number
      readonly bytes: Uint8Array
    }

/** A snapshot, and the ballot of its last slot for the protocols that compare the ends of logs; others leave it out. */
export interface Kept {
  readonly snapshot: Snapshot
  readonly lastBallot: Ballot
}

interface Sender {
  send(to: NodeId, message: SnapshotMessage): void
}

interface Incoming {
  readonly name: SnapshotName
  readonly membership: Membership
  readonly lastBallot: Ballot
  readonly bytes: Uint8Array
  /** Everything before is there. */
  received: number
  /** Who offered it last. */
  from: NodeId
  waitedTicks: number
  triesLeft: number
}

/** Asks without an answer before a fetch is given up; the next offer begins it again. */
const triesMax = 10

export class Snapshots {
  #own: (Kept & { readonly name: SnapshotName }) | null = null
  #incoming: Incoming | null = null

  /** The latest snapshot of this replica: what it can offer. */
  get own(): Snapshot | null {
    return this.#own?.snapshot ?? null
  }

  /** The ballot of the last slot in it. */
  get ownLastBallot(): Ballot {
    return this.#own?.lastBallot ?? noBallot
  }

  /** For comparing states: what is kept, and how far a fetch has got. */
  toJSON(): unknown {
    const { name, received, from } = this.#incoming ?? {}
    return [this.#own?.name, name, received, from]
  }

  /** Keeps `snapshot` to offer it, in place of the one before. */
  keep(snapshot: Snapshot, lastBallot = noBallot): void {
    const { through, state } = snapshot
    this.#own = { name: { through, size: state.length, hash: hashBytes(state) }, snapshot, lastBallot }
    if (this.#incoming !== null && this.#incoming.name.through <= through) this.#incoming = null
  }

  /** Tells `to` that it should fetch what is kept here. Nothing where nothing is kept. */
  offer(to: NodeId, out: Sender): void {
    if (this.#own === null) return
    const { name, snapshot, lastBallot } = this.#own
    out.send(to, { type: 'snapshotOffer', name, membership: snapshot.membership, lastBallot })
  }

  /**
   * Takes in a message of this exchange. `haveThrough`: the last slot known here; what is no newer is not wanted. Returns
   * the snapshot to install when its last piece has come; the caller installs and then keeps it.
   */
  receive(from: NodeId, message: SnapshotMessage, haveThrough: Slot, out: Sender): Kept | null {
    switch (message.type) {
      case 'snapshotOffer':
        this.#onOffer(from, message, haveThrough, out)
        return null
      case 'snapshotAsk':
        this.#onAsk(from, message.name, message.offset, out)
        return null
      case 'snapshotPiece':
        return this.#onPiece(message, haveThrough, out)
    }
  }

  /** A tick passes: what was asked for and did not come is asked for again. */
  tick(out: Sender): void {
    const incoming = this.#incoming
    if (incoming === null || ++incoming.waitedTicks < resendTicks) return
    if (incoming.triesLeft-- > 0) ask(incoming, out)
    else this.#incoming = null
  }

  #onOffer(
    from: NodeId,
    { name, membership, lastBallot }: Extract<SnapshotMessage, { type: 'snapshotOffer' }>,
    have: Slot,
    out: Sender,
  ): void {
    if (name.through <= have || name.size > snapshotBytesMax) return
    const coming = this.#incoming
    if (coming !== null && coming.name.through > name.through) return
    if (coming !== null && sameName(coming.name, name)) {
      coming.from = from
      coming.triesLeft = triesMax
      return
    }
    const bytes = new Uint8Array(name.size)
    const untouched = { received: 0, from, waitedTicks: 0, triesLeft: triesMax }
    this.#incoming = { name, membership, lastBallot, bytes, ...untouched }
    ask(this.#incoming, out)
  }

  #onAsk(from: NodeId, name: SnapshotName, offset: number, out: Sender): void {
    if (this.#own === null) return
    if (!sameName(this.#own.name, name)) return this.offer(from, out)
    const { state } = this.#own.snapshot
    const end = Math.min(state.length, offset + snapshotPiecesPerAsk * snapshotPieceBytes)
    for (let at = offset; at < end || at === offset; at += snapshotPieceBytes) {
      const bytes = state.subarray(at, at + snapshotPieceBytes)
      out.send(from, { type: 'snapshotPiece', name, offset: at, bytes })
    }
  }

  #onPiece(
    { name, offset, bytes }: Extract<SnapshotMessage, { type: 'snapshotPiece' }>,
    haveThrough: Slot,
    out: Sender,
  ): Kept | null {
    const incoming = this.#incoming
    if (incoming === null || !sameName(incoming.name, name) || incoming.received !== offset) return null
    if (name.through <= haveThrough || offset + bytes.length > name.size) {
      this.#incoming = null
      return null
    }
    incoming.bytes.set(bytes, offset)
    incoming.received += bytes.length
    incoming.waitedTicks = 0
    incoming.triesLeft = triesMax
    if (incoming.received < name.size) {
      if (incoming.received % (snapshotPiecesPerAsk * snapshotPieceBytes) === 0) ask(incoming, out)
      return null
    }
    this.#incoming = null
    if (hashBytes(incoming.bytes) !== name.hash) return null
    const { membership, lastBallot, bytes: state } = incoming
    return { snapshot: { through: name.through, membership, state }, lastBallot }
  }
}

function ask(incoming: Incoming, out: Sender): void {
  incoming.waitedTicks = 0
  out.send(incoming.from, { type: 'snapshotAsk', name: incoming.name, offset: incoming.received })
}

const sameName = (a: SnapshotName, b: SnapshotName): boolean =>
  a.through === b.through && a.size === b.size && a.hash === b.hash

const aName = record<SnapshotName>({ through: aSlot, size: aCounter, hash: aCounter })

/** Messages of this exchange from outside. */
export const snapshotMessages: Kinds<SnapshotMessage> = {
  snapshotOffer: record({ name: aName, membership: aMembership, lastBallot: aBallot }),
  snapshotAsk: where(record({ name: aName, offset: aCounter }), ({ name, offset }) => offset <= name.size),
  snapshotPiece: record({ name: aName, offset: aCounter, bytes: someBytes }),
}
