/** What replicas and their databases are called. */
import type { NodeId } from '../../logic/base/ids.ts'
import { mintNodeKey, type NodeKey, nodeIdOf } from '../identity-key.ts'

export const replicaDatabaseName = (room: string, node: NodeId | ''): string =>
  `peerkeeper:${room}:replica:${node}`

/** 64 random bits as 16 hexadecimal digits: no two ensembles of the world's rooms share one by accident. */
export function mintId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** A replica that nobody is yet: its key, and the node that it names. */
export interface MintedNode {
  readonly node: NodeId
  readonly key: NodeKey
}

export async function mintNode(): Promise<MintedNode> {
  const key = await mintNodeKey()
  return { node: await nodeIdOf(key.publicKey), key }
}
