/** What a worker says over its port, parsed: it may be of another version than the page. */
import {
  ensembleId,
  isId,
  type Lane,
  membersMax,
  nodeId,
  parseNodeKey,
  type WorkerToPage,
} from '@peerkeeper/core/transport'
import { isRecord } from '../wire/guards.ts'

const isLane = (value: unknown): value is Lane => value === 'control' || value === 'bulk'

/** The worker's message in `value`, or undefined when it is none. */
export function parseWorkerToPage(value: unknown): WorkerToPage | undefined {
  if (!isRecord(value)) return undefined
  const { type, peer, lane, bytes } = value
  if (type === 'start') return parseStart(value)
  if (type === 'send' && isId(peer) && isLane(lane) && bytes instanceof Uint8Array) {
    return { type, peer: nodeId(peer), lane, bytes }
  }
  if (type === 'lastWords' && isId(peer) && bytes instanceof Uint8Array) {
    return { type, peer: nodeId(peer), bytes }
  }
  if (type === 'want') return parseWant(value)
  return type === 'close' ? { type } : parseChannelNews(value)
}

function parseWant({ peers, count, others }: Record<string, unknown>): WorkerToPage | undefined {
  if (!Array.isArray(peers) || peers.length > membersMax || !peers.every(isId)) return undefined
  if (!isCount(count) || !isCount(others)) return undefined
  return { type: 'want', peers: peers.map(nodeId), count, others }
}

function parseStart(value: Record<string, unknown>): WorkerToPage | undefined {
  const { node, ensemble, takesChannels } = value
  const key = parseNodeKey(value['key'])
  if (!isId(node) || !isId(ensemble) || key === null) return undefined
  // One that says nothing of channels is older than they are.
  const takes = takesChannels === true
  return { type: 'start', node: nodeId(node), key, ensemble: ensembleId(ensemble), takesChannels: takes }
}

function parseChannelNews({
  type,
  connection,
  reason,
  frames,
}: Record<string, unknown>): WorkerToPage | undefined {
  if (!isCount(connection)) return undefined
  if (type === 'opened') return { type, connection }
  if (type === 'broken' && typeof reason === 'string') return { type, connection, reason }
  return type === 'dropped' && isCount(frames) ? { type, connection, frames } : undefined
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
