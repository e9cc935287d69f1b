/**
 * Snapshots in pieces: a replica that needs slots which the other has forgotten is sent the state instead. A snapshot
 * holds chosen values only, so it may come from anybody and in any ballot. Knows nothing of what the bytes mean.
 */
import type { NodeId } from '../../base/ids.ts'
import { snapshotBytesMax, snapshotPieceBytes } from '../../base/limits.ts'
import type { Snapshot } from '../engine.ts'
import type { Core, Effects } from './core.ts'
import { learnSnapshot } from './learner.ts'
import type { Message } from './messages.ts'

/** Sends the latest snapshot to `to`, all pieces in order; sent again by whoever sees that it did not arrive. */
export function sendSnapshot(core: Core, to: NodeId, effects: Effects): void {
  const { snapshot } = core
  if (snapshot === null) return
  const size = snapshot.state.length
  for (let offset = 0; offset === 0 || offset < size; offset += snapshotPieceBytes) {
    effects.send(to, {
      type: 'snapshot',
      ballot: core.promised,
      through: snapshot.through,
      membership: snapshot.membership,
      offset,
      size,
      bytes: snapshot.state.subarray(offset, offset + snapshotPieceBytes),
    })
  }
}

type Piece = Extract<Message, { type: 'snapshot' }>

/** Takes in one piece. Returns whether it was the last one and the snapshot is installed. */
export function receivePiece(core: Core, piece: Piece, effects: Effects): boolean {
  if (piece.through <= core.chosenThrough || piece.size > snapshotBytesMax) return false
  if (piece.offset === 0) {
    const { through, membership, size } = piece
    core.incoming = { through, membership, size, bytes: new Uint8Array(size), received: 0 }
  }
  const { incoming } = core
  const fits =
    incoming !== null &&
    incoming.through === piece.through &&
    incoming.size === piece.size &&
    incoming.received === piece.offset
  if (!fits) return false
  incoming.bytes.set(piece.bytes, piece.offset)
  incoming.received += piece.bytes.length
  if (incoming.received < incoming.size) return false
  core.incoming = null
  const { through, membership, bytes: state } = incoming
  learnSnapshot(core, { through, membership, state }, effects)
  return true
}

/** Forgets the log up to `snapshot.through`, which is applied here. */
export function compact(core: Core, snapshot: Snapshot, effects: Effects): void {
  if (snapshot.through > core.chosenThrough || snapshot.through <= core.log.forgottenThrough) return
  core.log.forget(snapshot.through)
  core.snapshot = snapshot
  effects.saveSnapshot(snapshot, false)
}
