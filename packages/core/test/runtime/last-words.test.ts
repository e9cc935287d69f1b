import { afterEach, expect, test } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { createMemoryStorage } from '../../src/host/storage/memory.ts'
import type { Transport, TransportEvent } from '../../src/host/transport/contract.ts'
import { type ReplicaHost, startReplica } from '../../src/host/worker/replica-host.ts'
import { ensembleId, nodeId } from '../../src/logic/base/ids.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import { readEnvelope } from '../../src/logic/wire/envelope.ts'
import { anyKey } from '../host/any-key.ts'
import { until } from '../integration/ensemble.ts'

const identity = {
  node: nodeId('a'),
  ensemble: ensembleId('e'),
  engine: 'multi-paxos',
  founders: [nodeId('a')],
} as const

let host: ReplicaHost | null = null
afterEach(async () => {
  await host?.close()
  host = null
})

test('RUN-3 each peer is left a word from its connection on: who goes away, and with which sessions of the page', async () => {
  const codec = createCodec()
  const words = new Map<string, unknown>()
  let say: (event: TransportEvent) => void = () => undefined
  const transport: Transport = {
    start: (_, sink) => {
      say = sink
    },
    want: () => undefined,
    send: () => undefined,
    lastWords: (peer, bytes) => {
      const reader = { codec, self: peer, ensemble: identity.ensemble, kind: engineKind(identity.engine) }
      const envelope = readEnvelope(reader, bytes)
      words.set(peer, envelope.ok ? envelope.value.messages : envelope.error)
    },
    close: () => undefined,
  }
  const storage = createMemoryStorage()
  const opened: { client: number; session: number }[] = []
  host = startReplica({
    kind: engineKind(identity.engine),
    storage,
    opened: await storage.open(identity),
    key: anyKey,
    codec,
    transports: [transport],
    seed: 1,
    foreign: () => undefined,
    watchPeer: () => undefined,
    deliver: told => {
      for (const { client, event } of told)
        if (event.type === 'opened') opened.push({ client, session: event.session })
    },
    stepped: () => undefined,
    stopped: () => undefined,
  })
  say({ type: 'up', peer: nodeId('b'), connection: 1 })
  expect(words.get('b')).toEqual([{ type: 'farewell', sessions: [] }])
  for (const client of [1, 2])
    host.push({ type: 'client', client, request: { type: 'open', token: `t${client}`, timeoutMs: 4_000 } })
  await until('both sessions are open', () => opened.length === 2)
  const own = opened.find(({ client }) => client === 1)?.session
  expect(words.get('b')).toEqual([{ type: 'farewell', sessions: [own] }])
  say({ type: 'up', peer: nodeId('c'), connection: 1 })
  expect(words.get('c')).toEqual(words.get('b'))
})
