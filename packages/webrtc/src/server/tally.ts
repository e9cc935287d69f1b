/** What the server counts about itself. Totals only: no room, no instance, no address. */
import { type CloseReason, closeCodes } from '../wire/server-protocol.ts'

export type DismissalReason =
  | CloseReason
  /** It did not answer a ping. */
  | 'silent'
  /** Too much waited for it. */
  | 'slow'
  /** A frame that is broken or too large. */
  | 'frame'

export interface Tally {
  /** Messages and bytes that came from clients. */
  received: number
  receivedBytes: number
  /** Signals that were brought on, and their bytes; signals that were lost because too much waited. */
  relayed: number
  relayedBytes: number
  lost: number
  /** Binary messages that were brought on, and their bytes; those that were lost, and how often a socket that sent too many was made to wait. */
  relayFrames: number
  relayFrameBytes: number
  relayLost: number
  relayPauses: number
  /** Sockets that were let in, and those that the server ended, by reason. */
  entered: number
  readonly dismissed: Record<DismissalReason, number>
  /** Bytes that wait for slow sockets at this moment. */
  waitingBytes: number
}

export function createTally(): Tally {
  return {
    received: 0,
    receivedBytes: 0,
    relayed: 0,
    relayedBytes: 0,
    lost: 0,
    relayFrames: 0,
    relayFrameBytes: 0,
    relayLost: 0,
    relayPauses: 0,
    entered: 0,
    dismissed: noneDismissed(),
    waitingBytes: 0,
  }
}

function noneDismissed(): Record<DismissalReason, number> {
  const none = Object.fromEntries(Object.keys(closeCodes).map(reason => [reason, 0]))
  return { ...(none as Record<CloseReason, number>), silent: 0, slow: 0, frame: 0 }
}
