/** Reads what a peer says about itself: the door for presence. */
import { ensembleId, isId, nodeId } from '@peerkeeper/core/transport'
import { isRecord, isText } from '../../wire/guards.ts'
import { proofTextMax } from '../../wire/limits.ts'
import type { Peer } from './contract.ts'

/** The peer in `value`, or undefined when it holds none. */
export function parsePeer(value: unknown): Peer | undefined {
  if (!isRecord(value)) return undefined
  const { node, ensemble, instance, proof } = value
  if (!isId(node) || !isId(ensemble) || !isId(instance)) return undefined
  const peer = { node: nodeId(node), ensemble: ensembleId(ensemble), instance }
  return isText(proof, proofTextMax) ? { ...peer, proof } : peer
}
