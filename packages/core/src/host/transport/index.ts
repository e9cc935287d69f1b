/**
 * The door for packages that bring a transport, or decide who founds a room.
 *
 * ```ts
 * import type { FoundingArbiter } from '@peerkeeper/core/transport'
 * import { connect } from '@peerkeeper/core'
 *
 * declare const arbiter: FoundingArbiter
 * await connect({ room: 'cinema', arbiter })
 * ```
 *
 * @module @peerkeeper/core/transport
 */
export { compareIds, type EnsembleId, ensembleId, isId, type NodeId, nodeId } from '../../logic/base/ids.ts'
export {
  foreignEnsemblesMax,
  frameBytesMax,
  laneBufferedBytesMax,
  laneQueueBytesMax,
  membersMax,
} from '../../logic/base/limits.ts'
export { type Candidate, choose, type Wanted } from '../../logic/topology/wanted.ts'
export type { FoundingArbiter } from '../arbiter.ts'
export {
  base64url,
  bytesOfBase64url,
  mintNodeKey,
  type NodeKey,
  nodeIdOf,
  parseNodeKey,
  publicKeyBytes,
  sign,
  signatureBytes,
  verify,
} from '../identity-key.ts'
export { ownClock as ownTimers, type Timers } from '../time/clock.ts'
export type { Endpoint, Lane, Transport, TransportEvent } from './contract.ts'
export { type Bundle, type BundleEvents, createBundle } from './lane/bundle.ts'
export type { Channel, ChannelEvents } from './lane/channel.ts'
export { createFrameQueue } from './lane/framing.ts'
export { type ChannelLane, createLane } from './lane/lane.ts'
export { rtcChannel } from './lane/rtc-channel.ts'
export { portTransport } from './port.ts'
export type { PageLink, PageToWorker, PageTransport, WorkerToPage } from './port-protocol.ts'
