import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { ensembleId, nodeId, slot } from '../../src/logic/base/ids.ts'
import { hintLinksMax, passedFramesMax } from '../../src/logic/base/limits.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import { type FrameContent, readFrame } from '../../src/logic/wire/envelope.ts'
import { encodeFrames, encodeHostFrame, type HostFrame, readFrames } from '../../src/logic/wire/host-frame.ts'
import { wireVersion } from '../../src/logic/wire/version.ts'

const codec = createCodec()
const reader = { codec, self: nodeId('a'), ensemble: ensembleId('e'), kind: engineKind('raft') }
const signed = {
  body: encodeFrames(codec, [Uint8Array.of(1, 2), new Uint8Array(0)]),
  publicKey: new Uint8Array(65).fill(4),
  signature: new Uint8Array(64).fill(5),
}

const frames: readonly HostFrame[] = [
  { type: 'hint', voters: [nodeId('a'), nodeId('b')], through: slot(7), linked: [nodeId('c')] },
  { type: 'hint', voters: [], through: slot(0), linked: [] },
  { type: 'pass', to: nodeId('b'), signed },
  { type: 'passed', from: nodeId('b'), signed },
]

test.each(frames)('WIRE-7 what hosts tell each other comes through as it was sent: $type', frame => {
  const content: FrameContent = { for: 'host', frame }
  expect(readFrame(reader, encodeHostFrame(codec, frame))).toEqual({ ok: true, value: content })
})

test('WIRE-7 frames in one piece come out again', () => {
  expect(readFrames(codec, signed.body)).toEqual([Uint8Array.of(1, 2), new Uint8Array(0)])
  for (const value of [
    null,
    'x',
    [1],
    [new Uint8Array(1), null],
    Array(passedFramesMax + 1).fill(new Uint8Array(0)),
  ])
    expect(readFrames(codec, codec.encode(value))).toBeNull()
})

test.each<[string, readonly unknown[]]>([
  ['of no known type', ['other', 1, [], []]],
  ['a hint with a voter that is no id', ['hint', 1, ['a b'], []]],
  ['a hint as of no slot', ['hint', -1, [], []]],
  ['a hint of too many links', ['hint', 1, [], Array(hintLinksMax + 1).fill('a')]],
  ['passed to nobody', ['pass', null, signed.publicKey, signed.signature, signed.body]],
  ['a key of another length', ['pass', 'b', signed.body, signed.signature, signed.body]],
  ['a signature of another length', ['passed', 'b', signed.publicKey, signed.body, signed.body]],
  ['without a body', ['passed', 'b', signed.publicKey, signed.signature, null]],
])('WIRE-8 what is no frame of a host is dropped: %s', (_, fields) => {
  const bytes = codec.encode([wireVersion, null, ...fields])
  expect(readFrame(reader, bytes)).toEqual({ ok: false, error: 'notAnEnvelope' })
})

test('WIRE-8 whatever fields it has, reading it throws nothing', () => {
  const field = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.uint8Array(), fc.array(fc.string()))
  fc.assert(
    fc.property(fc.constantFrom('hint', 'pass', 'passed'), fc.array(field), (type, fields) => {
      readFrame(reader, codec.encode([wireVersion, null, type, ...fields]))
    }),
    { seed: 6, numRuns: 500 },
  )
})
