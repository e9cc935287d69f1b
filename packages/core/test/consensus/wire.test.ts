import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { ensembleId, nodeId, sessionId, slot } from '../../src/logic/base/ids.ts'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import { type Message, parseMessage } from '../../src/logic/consensus/multi-paxos/messages.ts'
import { encodeEnvelope, type PeerMessage, readEnvelope } from '../../src/logic/wire/envelope.ts'
import { ballot, run } from './multi-paxos/table.ts'

const codec = createCodec()
const name = { through: slot(3), size: 2, hash: 9 }
const one = ballot(1, 'a')

const messages: readonly Message[] = [
  { type: 'poll', ballot: one },
  { type: 'pollReply', ballot: one, granted: false, promised: ballot(2, 'b') },
  { type: 'prepare', ballot: one, from: slot(1) },
  {
    type: 'promise',
    ballot: one,
    from: slot(1),
    through: slot(2),
    complete: true,
    runs: [run(one, 1, 'x', 'y')],
  },
  { type: 'accept', run: run(one, 1, 'x'), chosenThrough: slot(0) },
  { type: 'accepted', ballot: one, through: slot(2), round: 3 },
  { type: 'chosen', ballot: one, chosenThrough: slot(2) },
  { type: 'heartbeat', ballot: one, chosenThrough: slot(2), round: 3 },
  { type: 'refused', promised: one },
  { type: 'read', id: 1, life: 2 },
  { type: 'readReply', id: 1, life: 2, slot: slot(3) },
  { type: 'campaign', ballot: one },
  { type: 'snapshotAsk', name, offset: 1 },
  { type: 'snapshotPiece', name, offset: 0, bytes: new Uint8Array([1, 2]) },
]

const throughBytes = (value: unknown): unknown => codec.decode(codec.encode(value))

describe('messages', () => {
  test.each(messages.map(message => [message.type, message] as const))(
    'WIRE-1 %s is read as it was written',
    (_type, message) => {
      expect(parseMessage(throughBytes({ ...message, extra: 1 }))).toEqual(message)
    },
  )

  test.each(messages.map(message => [message.type, message] as const))(
    'WIRE-2 %s without one of its fields is refused',
    (_type, message) => {
      for (const field of Object.keys(message)) {
        const { [field]: _dropped, ...rest } = message as unknown as { readonly [key: string]: unknown }
        expect(parseMessage(rest)).toBeNull()
      }
    },
  )

  test.each(messages.map(message => [message.type, message] as const))(
    'WIRE-2 %s with nonsense in a field is refused or read',
    (_type, message) => {
      const fields = fc.constantFrom(...Object.keys(message))
      fc.assert(
        fc.property(fields, fc.anything(), (field, nonsense) => {
          const parsed = parseMessage({ ...message, [field]: nonsense })
          expect(parsed === null || typeof parsed === 'object').toBe(true)
        }),
      )
    },
  )
})

test.each(engineNames)('WIRE-3 nothing that can be decoded makes the parser of %s throw', engine => {
  const kind = engineKind(engine)
  fc.assert(
    fc.property(fc.anything(), value => {
      expect(() => kind.parseMessage(value)).not.toThrow()
      expect(() => kind.parseMessage({ type: 'accept', ballot: value, run: value })).not.toThrow()
    }),
  )
})

describe('envelopes', () => {
  const reader = { codec, self: nodeId('b'), ensemble: ensembleId('e'), kind: engineKind('multi-paxos') }
  const inside: readonly PeerMessage[] = [
    { type: 'engine', message: messages[0] },
    { type: 'forward', commands: [new Uint8Array([1])] },
    { type: 'touch', sessions: [] },
    { type: 'farewell', sessions: [] },
    { type: 'departed', node: nodeId('c'), sessions: [sessionId(7)] },
    { type: 'join', node: nodeId('c') },
    { type: 'checkpoint', slot: slot(7), digest: 8 },
    { type: 'feedFrom', voters: [nodeId('c')] },
    { type: 'feeding', heard: [] },
    { type: 'feeds', observers: [nodeId('c'), nodeId('d')] },
    { type: 'relay', to: [nodeId('c')], message: messages[0] },
    { type: 'relayed', from: nodeId('c'), message: messages[0] },
  ]
  const envelope = {
    ensemble: ensembleId('e'),
    engine: 'multi-paxos',
    from: nodeId('a'),
    to: nodeId('b'),
    messages: inside,
  } as const

  test('WIRE-4 an envelope is read as it was written', () => {
    expect(readEnvelope(reader, encodeEnvelope(codec, envelope))).toEqual({ ok: true, value: envelope })
  })

  test.each([
    ['otherEnsemble', { ...envelope, ensemble: ensembleId('f') }],
    ['otherEngine', { ...envelope, engine: 'raft' }],
    ['notForMe', { ...envelope, to: nodeId('c') }],
    [
      'notAnEnvelope',
      {
        ...envelope,
        messages: [
          { type: 'join', node: nodeId('c') },
          { type: 'engine', message: 1 },
        ],
      },
    ],
  ] as const)('WIRE-5 an envelope is dropped as a whole: %s', (error, other) => {
    expect(readEnvelope(reader, encodeEnvelope(codec, other))).toEqual({ ok: false, error })
  })

  test('WIRE-5 an envelope of another version is dropped', () => {
    const [, ...rest] = codec.decode(encodeEnvelope(codec, envelope)) as readonly unknown[]
    expect(readEnvelope(reader, codec.encode([999, ...rest]))).toEqual({ ok: false, error: 'otherVersion' })
  })

  test('WIRE-6 bytes of any kind are read or dropped, never thrown at anybody', () => {
    const valid = encodeEnvelope(codec, envelope)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        expect(readEnvelope(reader, bytes).ok).toBe(false)
      }),
    )
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.nat(255), (at, byte) => {
        const damaged = valid.slice()
        damaged[at] = byte
        expect(() => readEnvelope(reader, damaged)).not.toThrow()
      }),
    )
    for (let length = 0; length < valid.length; length++)
      expect(readEnvelope(reader, valid.subarray(0, length)).ok).toBe(false)
  })
})
