/** The door of @peerkeeper/webrtc/node: members of an ensemble that live in Node. */
export { type Member, type MemberOptions, startMember } from './member.ts'
