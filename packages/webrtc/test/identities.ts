/** Nodes with keys of their own, in the order of their names: of two the first one dials. */
import { compareIds, mintNodeKey, type NodeId, type NodeKey, nodeIdOf } from '@peerkeeper/core/transport'

export interface MintedNode {
  readonly node: NodeId
  readonly key: NodeKey
}

export async function mintNodes(count: number): Promise<readonly MintedNode[]> {
  const minted: MintedNode[] = []
  for (let made = 0; made < count; made += 1) {
    const key = await mintNodeKey()
    minted.push({ node: await nodeIdOf(key.publicKey), key })
  }
  return minted.sort((a, b) => compareIds(a.node, b.node))
}
