/** What a leader shows of the other members, from whatever its protocol keeps of each. */
import type { NodeId } from '../base/ids.ts'
import type { PeerStatus } from './engine.ts'

export const peersOf = (
  self: NodeId,
  peers: ReadonlyMap<NodeId, Omit<PeerStatus, 'node'>>,
): readonly PeerStatus[] =>
  [...peers]
    .filter(([node]) => node !== self)
    .map(([node, { matchedThrough, silentTicks }]) => ({ node, matchedThrough, silentTicks }))
