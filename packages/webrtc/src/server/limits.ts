/** What the server lets strangers use, each with its reason. All can be set by who runs it. */

export interface SignalingLimits {
  /** The largest message, in bytes: a session description, escaped. */
  readonly messageBytesMax: number
  /** An ensemble has at most 100 members; a reloading tab is there twice for a moment. */
  readonly peersPerRoomMax: number
  readonly roomsMax: number
  /** Open sockets, joined or not. */
  readonly socketsMax: number
  /** Open sockets of one remote address (of one /64 of IPv6): a school or an office is behind one. */
  readonly socketsPerAddressMax: number
  /** Messages a second of one socket, in the long run. */
  readonly messagesPerSecondMax: number
  /** Messages that one socket may send at once: one who joins a large room exchanges a dozen with each member. */
  readonly messagesBurstMax: number
  /** Bytes a second of one socket, in the long run: a description is under 4 KiB, and there is one for each attempt. */
  readonly bytesPerSecondMax: number
  /** Bytes that one socket may send at once: descriptions and candidates for a hundred members. */
  readonly bytesBurstMax: number
  /** Bytes that wait for a slow socket before it is cut; signals to it are lost from half of it on, so that no sender can have it cut. */
  readonly waitingBytesMax: number
  /** Bytes that wait for all sockets together; beyond it signals are lost, and who is a message behind is cut. */
  readonly waitingBytesTotalMax: number
  /** The largest message that is relayed, in bytes: a piece of a frame (16 KiB), sealed, with its heads. */
  readonly relayMessageBytesMax: number
  /** Bytes and messages that one socket may have relayed, a second in the long run and at once; beyond it the socket is read more slowly. */
  readonly relayBytesPerSecondMax: number
  readonly relayBytesBurstMax: number
  readonly relayMessagesPerSecondMax: number
  readonly relayMessagesBurstMax: number
  /**
   * Bytes that wait for a slow socket before what is relayed to it is lost: below the half of `waitingBytesMax` from which
   * signals are, so that relaying never costs a signal. Of senders that mind their window eight find place.
   */
  readonly relayWaitingBytesMax: number
  /** Bytes that wait for all sockets together before what is relayed is lost. */
  readonly relayWaitingBytesTotalMax: number
  /** A socket that has not joined after this many milliseconds is closed. */
  readonly joinTimeoutMs: number
  /** Sockets are pinged this often, in milliseconds; one that did not answer the ping before is cut. */
  readonly heartbeatMs: number
  /**
   * Rooms whose founding is kept. None is ever forgotten, because a room that was could be founded twice: beyond this number
   * new rooms are refused. About 300 bytes of memory each.
   */
  readonly foundingsMax: number
  /** Foundings and replacements of one remote address: they stay for ever, so they are few. At once, and in an hour. */
  readonly foundingsBurstMax: number
  readonly foundingsPerHourMax: number
}

export const defaultLimits: SignalingLimits = {
  messageBytesMax: 64 * 1_024,
  peersPerRoomMax: 128,
  roomsMax: 10_000,
  socketsMax: 20_000,
  socketsPerAddressMax: 500,
  messagesPerSecondMax: 100,
  messagesBurstMax: 4_000,
  bytesPerSecondMax: 256 * 1_024,
  bytesBurstMax: 4 * 1_024 * 1_024,
  waitingBytesMax: 2 * 1_024 * 1_024,
  waitingBytesTotalMax: 256 * 1_024 * 1_024,
  relayMessageBytesMax: 20 * 1_024,
  relayBytesPerSecondMax: 1_024 * 1_024,
  relayBytesBurstMax: 8 * 1_024 * 1_024,
  relayMessagesPerSecondMax: 1_000,
  relayMessagesBurstMax: 8_000,
  relayWaitingBytesMax: 768 * 1_024,
  relayWaitingBytesTotalMax: 128 * 1_024 * 1_024,
  joinTimeoutMs: 10_000,
  heartbeatMs: 30_000,
  foundingsMax: 100_000,
  foundingsBurstMax: 100,
  foundingsPerHourMax: 100,
}

/** Sockets beyond `socketsMax` that are let in for as long as it takes to tell them why they must go; further ones get 503. */
export const refusalsMax = 256

/** How long a client may take to answer that its socket closes, in milliseconds, before it is cut. */
export const closeTimeoutMs = 2_000

/** Connections that wait to be let in: after a restart all clients come within one second. The system may keep fewer. */
export const backlogMax = 4_096

/** How long a connection may take to say that it wants to be a WebSocket, or to ask for /health. */
export const requestTimeoutMs = 10_000

/** A foundings file is written anew when what was appended exceeds its own size and this many bytes. */
export const compactBytesMin = 1_024 * 1_024
