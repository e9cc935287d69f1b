/**
 * The door for Node: the signaling server, which `npx peerkeeper-signaling` runs.
 *
 * ```ts
 * import { startSignalingServer } from '@peerkeeper/webrtc/server'
 *
 * const server = await startSignalingServer({ port: 4700 })
 * show(server.url)
 * await server.close()
 * ```
 *
 * @module @peerkeeper/webrtc/server
 */

export { type CloseReason, closeCodes } from '../wire/server-protocol.ts'
export { FoundingsError } from './foundings/error.ts'
export { defaultLimits, type SignalingLimits } from './limits.ts'
export { type SignalingServer, type SignalingServerOptions, startSignalingServer } from './server.ts'
