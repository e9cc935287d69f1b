/**
 * The door for Node: members of an ensemble that live there. docs/NODE.md.
 *
 * ```ts
 * import { startMember } from '@peerkeeper/webrtc/node'
 *
 * const member = await startMember({ url: 'wss://signaling.example', room: 'cinema', folder: '/var/lib/cinema' })
 * await using keeper = await member.connect()
 * show(await keeper.children('/'))
 * ```
 *
 * @module @peerkeeper/webrtc/node
 */
export { type Member, type MemberOptions, startMember } from './member.ts'
