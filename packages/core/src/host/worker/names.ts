/** What replicas and their databases are called. */
import type { NodeId } from '../../logic/base/ids.ts'

export const replicaDatabaseName = (room: string, node: NodeId | ''): string =>
  `peerkeeper:${room}:replica:${node}`

/** 64 random bits as 16 hexadecimal digits: no two replicas of the world's rooms share one by accident. */
export function mintId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
