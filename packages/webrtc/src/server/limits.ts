/** What the server lets strangers use, each with its reason. All can be set by who runs it. */

export interface SignalingLimits {
  /** The largest message, in bytes: a session description, escaped. */
  readonly messageBytesMax: number
  /** An ensemble has at most 100 members; a reloading tab is there twice for a moment. */
  readonly peersPerRoomMax: number
  readonly roomsMax: number
  /** Open sockets, joined or not. */
  readonly socketsMax: number
  /** Messages a second of one socket, in the long run. */
  readonly messagesPerSecondMax: number
  /** Messages that one socket may send at once: one who joins a large room exchanges a dozen with each member. */
  readonly messagesBurstMax: number
  /** Bytes that wait for a slow socket before it is cut. */
  readonly waitingBytesMax: number
  /** A socket that has not joined after this many milliseconds is closed. */
  readonly joinTimeoutMs: number
  /** Sockets are pinged this often, in milliseconds; one that did not answer the ping before is cut. */
  readonly heartbeatMs: number
}

export const defaultLimits: SignalingLimits = {
  messageBytesMax: 64 * 1_024,
  peersPerRoomMax: 128,
  roomsMax: 10_000,
  socketsMax: 20_000,
  messagesPerSecondMax: 100,
  messagesBurstMax: 4_000,
  waitingBytesMax: 4 * 1_024 * 1_024,
  joinTimeoutMs: 10_000,
  heartbeatMs: 30_000,
}
