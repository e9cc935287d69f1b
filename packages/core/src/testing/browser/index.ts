/**
 * The door for pages under test: what an app wraps its transports in so that tests can cut them.
 *
 * ```ts
 * import { faulty } from '@peerkeeper/core/testing/browser'
 *
 * await connect({ room, transports: () => [faulty(webrtc({ signaling }))] })
 * ```
 *
 * @module @peerkeeper/core/testing/browser
 */
export { type Cut, type FaultyTransport, faulty } from './faulty.ts'
