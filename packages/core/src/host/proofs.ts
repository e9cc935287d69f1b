/** What a replica signs with, and by what it knows what others signed: their node keys, but where a test has all of time to itself. */
import type { NodeId } from '../logic/base/ids.ts'
import { type NodeKey, nodeIdOf, sign, verify } from './identity-key.ts'

export interface Proofs {
  readonly publicKey: Uint8Array
  sign(bytes: Uint8Array): Promise<Uint8Array>
  /** Whether `node` is the one whose key this is, and signed `bytes` with it. Never rejects. */
  isBy(node: NodeId, publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): Promise<boolean>
}

export const proofsBy = (key: NodeKey): Proofs => ({
  publicKey: key.publicKey,
  sign: bytes => sign(key, bytes),
  isBy: async (node, publicKey, bytes, signature) =>
    (await nodeIdOf(publicKey)) === node && (await verify(publicKey, bytes, signature)),
})
