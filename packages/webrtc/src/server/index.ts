/** The door of @peerkeeper/webrtc/server. */

export { type CloseReason, closeCodes } from '../wire/server-protocol.ts'
export { FoundingsError } from './foundings/error.ts'
export { defaultLimits, type SignalingLimits } from './limits.ts'
export { type SignalingServer, type SignalingServerOptions, startSignalingServer } from './server.ts'
