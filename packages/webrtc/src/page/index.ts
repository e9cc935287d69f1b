/**
 * The door for pages: connections between the replicas of devices, and the ways in which these find each other.
 *
 * ```ts
 * import { connect } from '@peerkeeper/core'
 * import { webrtc, webSocketArbiter, webSocketSignaling } from '@peerkeeper/webrtc'
 *
 * const server = { url: 'wss://signaling.example', room: 'cinema' }
 * const transports = () => [webrtc({ signaling: webSocketSignaling(server) })]
 * await connect({ room: 'cinema', arbiter: webSocketArbiter(server), transports })
 * ```
 *
 * @module @peerkeeper/webrtc
 */
export type { IceServers } from './link/ice-servers.ts'
export type { CandidateType } from './link/no-path.ts'
export type { ReasonCode } from './link/reason.ts'
export { type BroadcastSignalingOptions, broadcastSignaling } from './signaling/broadcast.ts'
export { type CombinedSignaling, combineSignaling } from './signaling/combine.ts'
export type { Peer, Relay, Signaling, SignalingEvent } from './signaling/contract.ts'
export { type WebSocketArbiterOptions, webSocketArbiter } from './signaling/founding/arbiter.ts'
export { HandError, type HandErrorCode } from './signaling/hand/error.ts'
export {
  type HandMeeting,
  type HandSignaling,
  type HandSignalingOptions,
  handSignaling,
  type Invite,
  type InviteOptions,
  readInvite,
} from './signaling/hand/hand.ts'
export type { HandOutcome } from './signaling/hand/meetings.ts'
export type { Refusal, Refusals } from './signaling/refusals.ts'
export { createSecret } from './signaling/secret.ts'
export {
  type SignalingStatus,
  type WebSocketSignalingOptions,
  webSocketSignaling,
} from './signaling/web-socket.ts'
export {
  type WebRtcLink,
  type WebRtcOptions,
  type WebRtcPath,
  type WebRtcTransport,
  webrtc,
} from './webrtc.ts'
