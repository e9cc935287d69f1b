/** What a registry's row says, parsed: another version of the app may have written it, or anybody who can open the profile. */
import { ensembleId, isId, type NodeId, nodeId } from '../../logic/base/ids.ts'
import { type NodeKey, nodeIdOf, parseNodeKey } from '../identity-key.ts'
import type { FoundingRecord, PlannedFork, Registered, RegisteredNode, RoomRecord } from './registry.ts'

type Fields = Partial<Record<string, unknown>>

/** Sentences about a row that is refused. */
const nonsense = 'does not hold what was written'
const unkeyed = 'holds a replica without its own key: an earlier version wrote it, or it was changed'

/** What `value` registers; else what is wrong with it, as the end of a sentence. */
export async function parseRegistered(value: unknown): Promise<Registered | string> {
  if (!isFields(value)) return nonsense
  return value['state'] === 'member' ? parseRoom(value) : parseFounding(value)
}

async function parseFounding({ state, candidate, founder, key }: Fields): Promise<FoundingRecord | string> {
  if (state !== 'founding' || !isId(candidate)) return nonsense
  const keyed = await parseKeyed(founder, key)
  if (typeof keyed === 'string') return keyed
  return { state, candidate: ensembleId(candidate), founder: keyed.node, key: keyed.key }
}

async function parseRoom(fields: Fields): Promise<RoomRecord | string> {
  const { ensemble, replicas, engine, founder, nodes, ephemeral, fork, discarded = [] } = fields
  if (!isId(ensemble) || typeof engine !== 'string' || !Array.isArray(nodes)) return nonsense
  if (typeof ephemeral !== 'boolean' || (replicas !== 'per-tab' && replicas !== 'per-device')) return nonsense
  if (founder !== null && !isId(founder)) return nonsense
  if (!Array.isArray(discarded) || !discarded.every(isId)) return nonsense
  const planned = fork === undefined ? null : await parsePlannedFork(fork)
  if (typeof planned === 'string') return planned
  const parsed: RegisteredNode[] = []
  for (const each of nodes as unknown[]) {
    const node = await parseNode(each)
    if (typeof node === 'string') return node
    parsed.push(node)
  }
  return {
    state: 'member',
    ensemble: ensembleId(ensemble),
    engine,
    replicas,
    founder: founder === null ? null : nodeId(founder),
    nodes: parsed,
    ephemeral,
    ...(planned === null ? {} : { fork: planned }),
    ...(discarded.length === 0 ? {} : { discarded: discarded.map(nodeId) }),
  }
}

async function parseNode(value: unknown): Promise<RegisteredNode | string> {
  if (!isFields(value) || typeof value['stored'] !== 'boolean') return nonsense
  const keyed = await parseKeyed(value['node'], value['key'])
  return typeof keyed === 'string' ? keyed : { ...keyed, stored: value['stored'] }
}

async function parsePlannedFork(value: unknown): Promise<PlannedFork | string> {
  if (!isFields(value)) return nonsense
  const { ensemble, isWritten } = value
  if (!isId(ensemble) || typeof isWritten !== 'boolean') return nonsense
  const keyed = await parseKeyed(value['node'], value['key'])
  return typeof keyed === 'string' ? keyed : { ...keyed, ensemble: ensembleId(ensemble), isWritten }
}

async function parseKeyed(
  node: unknown,
  value: unknown,
): Promise<{ readonly node: NodeId; readonly key: NodeKey } | string> {
  if (!isId(node)) return nonsense
  const key = parseNodeKey(value)
  return key !== null && (await nodeIdOf(key.publicKey)) === node ? { node: nodeId(node), key } : unkeyed
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
