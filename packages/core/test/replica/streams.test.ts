import { afterEach, expect, test } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { createMemoryDisk, createMemoryStorage } from '../../src/host/storage/memory.ts'
import { type ReplicaHost, startReplica } from '../../src/host/worker/replica-host.ts'
import { ensembleId, nodeId, sessionId, slot, xid } from '../../src/logic/base/ids.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import type { ClientEvent, ClientRequest } from '../../src/logic/replica/event.ts'
import { anyKey } from '../host/any-key.ts'
import { path, set } from '../state/world.ts'

let host: ReplicaHost | null = null
afterEach(() => host?.close())

/** A replica alone, and what it told, `client event`. */
async function alone() {
  const told: (readonly [number, ClientEvent])[] = []
  const [node, codec] = [nodeId('a'), createCodec()]
  const storage = createMemoryStorage(createMemoryDisk())
  const identity = { node, ensemble: ensembleId('e'), engine: 'multi-paxos', founders: [node] } as const
  let stepped: () => void = () => undefined
  const replica = startReplica({
    kind: engineKind(identity.engine),
    storage,
    opened: await storage.open(identity),
    key: anyKey,
    codec,
    transports: [],
    seed: 1,
    foreign: () => undefined,
    watchPeer: () => undefined,
    deliver: events => {
      for (const { client, event } of events) told.push([client, event])
      stepped()
    },
    stepped: () => undefined,
    stopped: () => undefined,
  })
  host = replica
  const ask = (client: number, request: ClientRequest) => replica.push({ type: 'client', client, request })
  const heard = async <Type extends ClientEvent['type']>(client: number, type: Type, count = 1) => {
    const found = () =>
      told.flatMap(([to, event]) =>
        to === client && event.type === type ? [event as Extract<ClientEvent, { type: Type }>] : [],
      )
    while (found().length < count)
      await new Promise<void>(resolve => {
        stepped = resolve
      })
    return found()
  }
  return { ask, heard }
}

test('REPLICA-14 a session’s watches at an older stream end when it speaks from a newer one, which sets them anew', async () => {
  const { ask, heard } = await alone()
  ask(1, { type: 'open', token: 'watcher', timeoutMs: 20_000 })
  const [opened] = await heard(1, 'opened')
  const session = opened?.session ?? sessionId(0)
  const at = path('/')
  const position = { session, afterXid: xid(0), seenZxid: slot(0) }
  ask(1, { type: 'addWatch', ...position, id: 1, watch: 1, kind: 'persistent', path: at, from: null })
  const [set0] = await heard(1, 'answered')
  const from = set0?.zxid ?? slot(0)
  ask(3, { type: 'open', token: 'writer', timeoutMs: 20_000 })
  const [writer] = await heard(3, 'opened')
  const seenZxid = slot(Number(writer?.session) + 1)
  // Its watches come when that state is reached: what changes on the way there is told by them, once.
  ask(2, { type: 'ping', session })
  const anew = { watch: 1, kind: 'persistent', path: at, from, resumable: false } as const
  ask(2, { type: 'setWatches', ...position, id: 2, seenZxid, watches: [anew] })
  ask(1, { type: 'addWatch', ...position, id: 3, watch: 2, kind: 'persistent', path: at, from: null })
  const write = { type: 'write', session: writer?.session ?? sessionId(0), acknowledged: xid(0) } as const
  ask(3, { ...write, xid: xid(1), operation: set('/') })
  await heard(2, 'answered')
  ask(3, { ...write, xid: xid(2), operation: set('/') })
  await heard(3, 'written', 2)
  const events = await heard(2, 'watch')
  expect(events.map(({ watch, zxid }) => [watch, zxid - seenZxid])).toEqual([
    [1, 0],
    [1, 1],
  ])
})
