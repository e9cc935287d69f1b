import { describe, expect, test } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { proofsBy } from '../../src/host/proofs.ts'
import { Mail } from '../../src/host/runtime/mail.ts'
import { Runtime, type StopReason } from '../../src/host/runtime/runtime.ts'
import type { Identity } from '../../src/host/storage/contract.ts'
import { createMemoryDisk, createMemoryStorage } from '../../src/host/storage/memory.ts'
import type { Transport } from '../../src/host/transport/contract.ts'
import { ensembleId, nodeId } from '../../src/logic/base/ids.ts'
import { inboxEventsMax } from '../../src/logic/base/limits.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import type { ReplicaEvent } from '../../src/logic/replica/event.ts'
import { Replica } from '../../src/logic/replica/replica.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import { createWatchTable } from '../../src/logic/watch/watch-table.ts'
import { anyKey } from '../host/any-key.ts'

const identity: Identity = {
  node: nodeId('a'),
  ensemble: ensembleId('e'),
  engine: 'multi-paxos',
  founders: [nodeId('a')],
}

/** A runtime whose clocks a test moves, and which tells what its replica was given. */
async function started() {
  const disk = createMemoryDisk()
  const storage = createMemoryStorage(disk)
  const opened = await storage.open(identity)
  const codec = createCodec()
  const kind = engineKind(identity.engine)
  const random = { below: () => 0 }
  const engine = kind.create({ self: identity.node, founders: [], random, recovered: opened.recovered })
  const replica = new Replica({
    self: identity.node,
    engine,
    machine: createMachine(codec),
    watches: createWatchTable(),
    codec,
  })
  const handled: ReplicaEvent[] = []
  const step = replica.step.bind(replica)
  replica.step = (events, nowMs) => {
    handled.push(...events)
    return step(events, nowMs)
  }
  const transport: Transport = {
    start: () => undefined,
    want: () => undefined,
    send: () => undefined,
    lastWords: () => undefined,
    close: () => undefined,
  }
  const clocks = { wallMs: 1_000_000, steadyMs: 0 }
  const stops: StopReason[] = []
  const runtime = new Runtime({
    replica,
    storage,
    transports: [transport],
    codec,
    proofs: proofsBy(anyKey),
    mail: new Mail({ codec, self: identity.node, ensemble: identity.ensemble, kind }),
    now: () => clocks.wallMs,
    steadyMs: () => clocks.steadyMs,
    deliver: () => undefined,
    stepped: () => undefined,
    stopped: reason => stops.push(reason),
  })
  const pass = (ms: { readonly wallMs: number; readonly steadyMs: number }) => {
    clocks.wallMs += ms.wallMs
    clocks.steadyMs += ms.steadyMs
  }
  /** Everything that is planned for this turn, and for the few that it leads to. */
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
  /** A later opening of the same disk. */
  const openElsewhere = () => createMemoryStorage(disk).open(identity)
  return { runtime, handled, stops, pass, settle, openElsewhere, transport }
}

const tick: ReplicaEvent = { type: 'tick' }
const gaps = {
  'that both clocks show': { wallMs: 3_000, steadyMs: 3_000 },
  'in which only the machine slept': { wallMs: 3_600_000, steadyMs: 10 },
  'after which the wall clock was set back': { wallMs: -5_000, steadyMs: 50 },
}

describe('a worker that was away', () => {
  test.each(Object.entries(gaps))(
    'RUN-1 after a gap %s it goes on where it still owns its storage',
    async (_, gap) => {
      const { runtime, handled, stops, pass, settle } = await started()
      runtime.push(tick)
      await settle()
      expect(handled).toEqual([tick])
      pass(gap)
      const late: ReplicaEvent[] = [{ type: 'connected', peer: nodeId('b') }, tick]
      for (const event of late) runtime.push(event)
      expect(handled).toEqual([tick])
      await settle()
      expect(handled).toEqual([tick, ...late])
      expect(stops).toEqual([])
      runtime.close()
    },
  )

  test.each(Object.entries(gaps))(
    'RUN-1 after a gap %s it stops where another took its place, and handles nothing',
    async (_, gap) => {
      const { runtime, handled, stops, pass, settle, openElsewhere } = await started()
      runtime.push(tick)
      await settle()
      await openElsewhere()
      pass(gap)
      runtime.push({ type: 'connected', peer: nodeId('b') })
      runtime.push(tick)
      await settle()
      expect(handled).toEqual([tick])
      expect(stops.map(({ code }) => code)).toEqual(['StorageFenced'])
    },
  )

  test.each(Object.entries(gaps))(
    'RUN-2 after a gap %s it says nothing before it knows that it may',
    async (_, gap) => {
      const { runtime, pass, settle } = await started()
      const said: string[] = []
      runtime.whenSure(() => said.push('before the gap'))
      expect(said).toEqual(['before the gap'])
      pass(gap)
      runtime.whenSure(() => said.push('after it'))
      runtime.whenSure(() => said.push('and this'))
      expect(said).toEqual(['before the gap'])
      await settle()
      expect(said).toEqual(['before the gap', 'after it', 'and this'])
      runtime.close()
      runtime.whenSure(() => said.push('closed'))
      expect(said.length).toBe(3)
    },
  )

  test.each(Object.entries(gaps))(
    'RUN-2 after a gap %s it says nothing where another took its place',
    async (_, gap) => {
      const { runtime, stops, pass, settle, openElsewhere } = await started()
      await openElsewhere()
      pass(gap)
      const said: string[] = []
      runtime.whenSure(() => said.push('as if nothing had been'))
      await settle()
      runtime.whenSure(() => said.push('and again'))
      expect(stops.map(({ code }) => code)).toEqual(['StorageFenced'])
      expect(said).toEqual([])
    },
  )

  test('RUN-1 without a gap nobody is asked', async () => {
    const { runtime, handled, stops, pass, settle, openElsewhere } = await started()
    await openElsewhere()
    for (let count = 0; count < 10; count++) {
      pass({ wallMs: 1_900, steadyMs: 1_900 })
      runtime.push(tick)
      await settle()
    }
    expect(handled.length).toBe(10)
    expect(stops).toEqual([])
    runtime.close()
  })
})

test('SEC-18 while the storage is asked whose it is, a flood of one peer does not pile up; the rest is dropped and counted', async () => {
  const { runtime, handled, pass, settle, transport } = await started()
  await settle()
  runtime.onTransport(transport, { type: 'up', peer: nodeId('b'), connection: 1 })
  await settle()
  handled.length = 0
  pass({ wallMs: 60_000, steadyMs: 60_000 })
  const frames: Uint8Array[] = []
  const sender = new Mail({
    codec: createCodec(),
    self: nodeId('b'),
    ensemble: identity.ensemble,
    kind: engineKind(identity.engine),
  })
  sender.send([{ to: identity.node, message: { type: 'touch', sessions: [] } }], (_to, _lane, bytes) =>
    frames.push(bytes),
  )
  for (let sent = 0; sent < 20_000; sent += 1)
    for (const bytes of frames)
      runtime.onTransport(transport, {
        type: 'frame',
        peer: nodeId('b'),
        connection: 1,
        bytes: bytes.slice(),
      })
  expect(runtime.dropped).toEqual({ tooMuch: 20_000 - inboxEventsMax })
  await settle()
  expect(handled.filter(({ type }) => type === 'peer').length).toBe(inboxEventsMax)
  runtime.close()
})
