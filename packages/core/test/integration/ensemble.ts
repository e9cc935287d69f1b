/** Replicas in one process under real time, over BroadcastChannel and memory: the whole host but the browser. */

import { createCodec } from '../../src/host/codec.ts'
import type { StopReason } from '../../src/host/runtime/runtime.ts'
import type { Identity } from '../../src/host/storage/contract.ts'
import { createMemoryDisk, createMemoryStorage, type MemoryDisk } from '../../src/host/storage/memory.ts'
import { broadcastTransport } from '../../src/host/transport/broadcast.ts'
import { type ReplicaHost, startReplica } from '../../src/host/worker/replica-host.ts'
import { ensembleId, type NodeId, nodeId } from '../../src/logic/base/ids.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import type { ClientEvent, ClientRequest } from '../../src/logic/replica/event.ts'
import { anyKey } from '../host/any-key.ts'

export interface Member {
  readonly host: ReplicaHost
  readonly disk: MemoryDisk
  readonly events: ClientEvent[]
  readonly stops: StopReason[]
  ask(request: ClientRequest): void
}

let rooms = 0

/** A room of its own for one test. */
export function newRoom() {
  const room = `room-${process.pid}-${++rooms}`
  const members: Member[] = []
  const start = async (name: string, founders: readonly NodeId[], disk = createMemoryDisk()) => {
    const events: ClientEvent[] = []
    const stops: StopReason[] = []
    const identity: Identity = {
      node: nodeId(name),
      ensemble: ensembleId(room),
      engine: 'multi-paxos',
      founders,
    }
    const storage = createMemoryStorage(disk)
    const host = startReplica({
      kind: engineKind(identity.engine),
      storage,
      opened: await storage.open(identity),
      key: anyKey,
      codec: createCodec(),
      transports: [broadcastTransport({ room })],
      seed: rooms * 100 + members.length,
      foreign: () => undefined,
      watchPeer: () => undefined,
      deliver: told => events.push(...told.map(({ event }) => event)),
      stepped: () => undefined,
      stopped: reason => stops.push(reason),
    })
    const ask = (request: ClientRequest) => host.push({ type: 'client', client: 1, request })
    const member = { host, disk, events, stops, ask }
    members.push(member)
    return member
  }
  const close = async () => {
    for (const { host } of members) await host.close()
  }
  return { start, close }
}

/** Waits until `condition` gives something, or fails after `limitMs`. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false,
  limitMs = 15_000,
): Promise<T> {
  const end = Date.now() + limitMs
  for (;;) {
    const value = condition()
    if (value !== undefined && value !== false) return value
    if (Date.now() > end) throw new Error(`not in ${limitMs} ms: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
