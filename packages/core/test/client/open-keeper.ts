/** A keeper over a replica in this process: the client and the worker's stream, without page and worker. */

import { Keeper } from '../../src/client/keeper.ts'
import { Link } from '../../src/client/link.ts'
import { Session } from '../../src/client/session.ts'
import { typedBy } from '../../src/client/typed.ts'
import { Watches } from '../../src/client/watches.ts'
import { watchesOf } from '../../src/client/watching.ts'
import { createCodec } from '../../src/host/codec.ts'
import { createMemoryDisk, createMemoryStorage } from '../../src/host/storage/memory.ts'
import { ownClock } from '../../src/host/time/clock.ts'
import { startReplica } from '../../src/host/worker/replica-host.ts'
import { Stream } from '../../src/host/worker/stream.ts'
import { ensembleId, nodeId } from '../../src/logic/base/ids.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import { anyKey } from '../host/any-key.ts'

export async function openKeeper({ timeoutMs = 5_000 } = {}) {
  const { port1, port2 } = new MessageChannel()
  const codec = createCodec()
  const node = nodeId('a')
  const ensemble = ensembleId('e')
  const disk = createMemoryDisk()
  const storage = createMemoryStorage(disk)
  const opened = await storage.open({ node, ensemble, engine: 'multi-paxos', founders: [node] })
  const stream = new Stream({
    timers: ownClock,
    port: port2 as unknown as MessagePort,
    codec,
    status: () => host.status(),
    missingQuorum: () => host.missingQuorum(),
    query: query => host.query(query),
    fork: () => Promise.reject(new Error('not here')),
    whenSure: action => host.whenSure(action),
    onRequest: request => host.push({ type: 'client', client: 1, request }),
    onLeft: () => host.push({ type: 'clientGone', client: 1 }),
  })
  const host = startReplica({
    kind: engineKind('multi-paxos'),
    storage,
    opened,
    key: anyKey,
    codec,
    transports: [],
    seed: 1,
    foreign: () => undefined,
    watchPeer: () => undefined,
    deliver: events => stream.tell(events.map(({ event }) => event)),
    stepped: decided => stream.stepped(decided),
    stopped: reason => stream.stopped(reason),
  })
  const watches = new Watches()
  let onStopped: (code: string) => void = () => undefined
  const stoppedBy = new Promise<string>(resolve => {
    onStopped = resolve
  })
  const link = new Link(port1 as unknown as MessagePort, {
    foreign: () => undefined,
    event: event => session.receive(event),
    status: () => undefined,
    decisions: () => undefined,
    missing: () => undefined,
    lost: ({ code }) => onStopped(code),
  })
  const session = new Session(link, watches, 10_000, timeoutMs)
  const close = async () => {
    link.close()
    await host.close()
  }
  const watch = watchesOf(session, watches)
  const keeper = new Keeper({
    clock: ownClock,
    session,
    watches,
    watch,
    typed: typedBy(watch),
    node,
    ensemble,
    ask: (question, options) => link.ask(question, options),
    observe: (status, decisions) => link.observe(status, decisions),
    status: async () => host.status(),
    fork: () => Promise.reject(new Error('not here')),
    close,
  })
  return { keeper, session, link, disk, stoppedBy, host, close }
}
