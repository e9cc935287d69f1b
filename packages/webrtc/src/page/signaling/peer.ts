/** Reads what a peer says about itself: the door for presence. */
import { ensembleId, isId, nodeId } from '@peerkeeper/core/transport'
import { isRecord } from '../../wire/guards.ts'
import type { Peer } from './contract.ts'

/** The peer in `value`, or undefined when it holds none. */
export function parsePeer(value: unknown): Peer | undefined {
  if (!isRecord(value)) return undefined
  const { node, ensemble, instance } = value
  if (!isId(node) || !isId(ensemble) || !isId(instance)) return undefined
  return { node: nodeId(node), ensemble: ensembleId(ensemble), instance }
}
