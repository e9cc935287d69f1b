import { expect, test } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { Mail } from '../../src/host/runtime/mail.ts'
import { ensembleId, type NodeId, nodeId } from '../../src/logic/base/ids.ts'
import { frameBytesMax } from '../../src/logic/base/limits.ts'
import { seededRandom } from '../../src/logic/base/random.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import type { PeerMessage } from '../../src/logic/wire/envelope.ts'

const a = nodeId('a')
const b = nodeId('b')
const join: PeerMessage = { type: 'join', node: a }

const mailOf = (self: NodeId, ensemble = 'e') =>
  new Mail({
    codec: createCodec(),
    self,
    ensemble: ensembleId(ensemble),
    kind: engineKind('multi-paxos'),
  })

function frameOf(mail: Mail, messages: readonly PeerMessage[] = [join]): Uint8Array {
  const frames: Uint8Array[] = []
  mail.send(
    messages.map(message => ({ to: b, message })),
    (_to, _lane, bytes) => frames.push(bytes),
  )
  const [frame] = frames
  if (frame === undefined || frames.length !== 1) throw new Error('one frame')
  return frame
}

test('MAIL-1 all that goes to one peer in a step is one frame; what is for itself comes back', () => {
  const mail = mailOf(a)
  const frames: NodeId[] = []
  const toSelf = mail.send(
    [b, a, b].map(to => ({ to, message: join })),
    to => frames.push(to),
  )
  expect(frames).toEqual([b])
  expect(toSelf).toEqual([join])
})

test('MAIL-2 a large frame travels in the bulk lane, a small one in the control lane', () => {
  const mail = mailOf(a)
  const lanes: string[] = []
  const large: PeerMessage = { type: 'forward', commands: [new Uint8Array(20_000)] }
  for (const message of [join, large]) mail.send([{ to: b, message }], (_to, lane) => lanes.push(lane))
  expect(lanes).toEqual(['control', 'bulk'])
})

test('MAIL-4 what would be too large for one frame goes in several, in order', () => {
  const sender = mailOf(a)
  const receiver = mailOf(b)
  const sent: PeerMessage[] = Array.from({ length: 5 }, (_, n) => ({
    type: 'forward',
    commands: [new Uint8Array(1_000_000).fill(n)],
  }))
  const frames: Uint8Array[] = []
  sender.send(
    sent.map(message => ({ to: b, message })),
    (_to, _lane, bytes) => frames.push(bytes),
  )
  expect(Math.max(...frames.map(({ length }) => length))).toBeLessThan(frameBytesMax)
  const received = frames.flatMap(frame => receiver.receive(a, frame))
  const firstBytes = received.map(message => (message.type === 'forward' ? message.commands[0]?.[0] : null))
  expect(firstBytes).toEqual([0, 1, 2, 3, 4])
  expect(sender.dropped).toEqual({})
})

test('MAIL-3 foreign, forged and corrupt frames are dropped and counted by reason', () => {
  const receiver = mailOf(b)
  const frame = frameOf(mailOf(a))
  expect(receiver.receive(a, frame)).toEqual([join])
  expect(receiver.receive(nodeId('c'), frame)).toEqual([])
  expect(receiver.receive(a, frameOf(mailOf(a, 'other')))).toEqual([])
  expect(receiver.receive(a, new Uint8Array([1, 2, 3]))).toEqual([])
  expect(receiver.receive(a, new Uint8Array(frameBytesMax + 1))).toEqual([])
  expect(mailOf(nodeId('d')).receive(a, frame)).toEqual([])
  expect(receiver.dropped).toEqual({ forgedSender: 1, otherEnsemble: 1, notAnEnvelope: 1, tooLarge: 1 })
})

test('SEC-16 100,000 frames of garbage, and good frames with bytes changed, throw nothing and are counted one by one', () => {
  const [sender, receiver] = [mailOf(a), mailOf(b)]
  const dice = seededRandom(16)
  const good = [frameOf(sender), frameOf(sender, [{ type: 'forward', commands: [Uint8Array.of(1, 2, 3)] }])]
  let heard = 0
  for (let sent = 0; sent < 100_000; sent += 1) {
    const frame = (good[dice.below(good.length)] ?? new Uint8Array(0)).slice()
    if (dice.below(4) === 0) {
      heard +=
        receiver.receive(
          a,
          Uint8Array.from({ length: dice.below(64) }, () => dice.below(256)),
        ).length > 0
          ? 1
          : 0
      continue
    }
    for (let change = dice.below(4); change >= 0; change -= 1)
      frame[dice.below(frame.length)] = dice.below(256)
    const cut = dice.below(8) === 0 ? frame.subarray(0, dice.below(frame.length)) : frame
    heard += receiver.receive(a, cut).length > 0 ? 1 : 0
  }
  const dropped = Object.values(receiver.dropped).reduce((sum, count) => sum + count, 0)
  expect(receiver.garbage).toBeGreaterThan(80_000)
  // A changed byte of a command, or one that was the same before, leaves a frame that is good.
  expect(heard + dropped).toBeGreaterThan(99_000)
  expect(receiver.receive(a, good[0] ?? new Uint8Array(0))).toEqual([join])
})
