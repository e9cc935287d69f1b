/** What a registry's row says, parsed: another version of the app may have written it, or anybody who can open the profile. */
import {
  aFlag,
  aNodeId,
  anEnsembleId,
  anything,
  aText,
  listOf,
  oneOf,
  orNull,
  record,
} from '../../logic/base/shape.ts'
import { type NodeKey, nodeIdOf, parseNodeKey } from '../identity-key.ts'
import type { Registered } from './registry.ts'

/** Sentences about a row that is refused. */
const nonsense = 'does not hold what was written'
const unkeyed = 'holds a replica without its own key: an earlier version wrote it, or it was changed'

/** Keys are looked at when all else is there: earlier versions wrote none. */
const key = { key: anything }

const aFounding = record({ state: oneOf('founding'), candidate: anEnsembleId, founder: aNodeId }, key)

const aNode = record({ node: aNodeId, stored: aFlag }, key)
const aPlannedFork = record({ ensemble: anEnsembleId, node: aNodeId, isWritten: aFlag }, key)

const aRoom = record(
  {
    state: oneOf('member'),
    ensemble: anEnsembleId,
    engine: aText,
    replicas: oneOf('per-tab', 'per-device'),
    founder: orNull(aNodeId),
    nodes: listOf(aNode),
    ephemeral: aFlag,
  },
  { fork: aPlannedFork, discarded: listOf(aNodeId) },
)

/** What `value` registers; else what is wrong with it, as the end of a sentence. */
export async function parseRegistered(value: unknown): Promise<Registered | string> {
  const founding = aFounding(value)
  if (founding !== undefined) {
    const own = await keyOf(founding.founder, founding.key)
    return own === null ? unkeyed : { ...founding, key: own }
  }
  const room = aRoom(value)
  if (room === undefined) return nonsense
  const { nodes, fork, ...others } = room
  const keyed = await Promise.all(nodes.map(withKey))
  const planned = fork && (await withKey(fork))
  if (planned === null || !keyed.every(each => each !== null)) return unkeyed
  return { ...others, nodes: keyed, ...(planned === undefined ? {} : { fork: planned }) }
}

async function withKey<T extends Partial<Record<'key', unknown>> & { readonly node: string }>(
  replica: T,
): Promise<(T & { readonly key: NodeKey }) | null> {
  const own = await keyOf(replica.node, replica.key)
  return own && { ...replica, key: own }
}

async function keyOf(node: string, value: unknown): Promise<NodeKey | null> {
  const key = parseNodeKey(value)
  return key !== null && (await nodeIdOf(key.publicKey)) === node ? key : null
}
