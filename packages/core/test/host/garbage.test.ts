/** Garbage at the doors of the worker: what a page, a channel, or another tab may bring. */
import { expect, test } from 'vitest'
import { createReassembly } from '../../src/host/transport/lane/reassembly.ts'
import { pageToWorker } from '../../src/host/transport/parse-event.ts'
import { frameBytesMax } from '../../src/logic/base/limits.ts'
import { seededRandom } from '../../src/logic/base/random.ts'

test('SEC-20 100,000 channel messages of garbage throw nothing, and no frame of them is larger than a frame may be', () => {
  const dice = seededRandom(20)
  let [lane, frames, faults, largest] = [createReassembly(), 0, 0, 0]
  for (let sent = 0; sent < 100_000; sent += 1) {
    const body = Array.from({ length: dice.below(30) }, () => dice.below(256))
    // Half of them are records of a length that is right.
    const bytes = Uint8Array.from(dice.below(2) === 0 ? body : [dice.below(4), 0, body.length, ...body])
    const fault = lane.take(bytes.buffer, frame => {
      frames += 1
      largest = Math.max(largest, frame.length)
    })
    if (fault === undefined) continue
    faults += 1
    lane = createReassembly()
  }
  expect(faults).toBeGreaterThan(50_000)
  expect(frames).toBeGreaterThan(100)
  expect(largest).toBeLessThanOrEqual(frameBytesMax)
})

test('SEC-20 100,000 values of garbage over a port throw nothing, and what passes is an event', () => {
  const dice = seededRandom(21)
  const odd = [
    null,
    undefined,
    -1,
    0,
    7,
    1.5,
    Number.NaN,
    '',
    'a',
    'no id!',
    [],
    {},
    new Uint8Array(3),
    new Uint8Array(frameBytesMax + 1),
  ]
  const types = ['up', 'down', 'frame', 'foreign', 'channels', 'ended', 'toString', 'send']
  let passed = 0
  const seen = new Set<string>()
  const aMessage = pageToWorker(() => null)
  for (let sent = 0; sent < 100_000; sent += 1) {
    const message: Record<string, unknown> = { type: types[dice.below(types.length)] }
    for (const field of ['peer', 'connection', 'bytes', 'ensemble', 'control', 'bulk', 'peerWords'])
      message[field] = odd[dice.below(odd.length)]
    const parsed = aMessage(dice.below(20) === 0 ? odd[dice.below(odd.length)] : message)
    if (parsed === undefined) continue
    passed += 1
    seen.add(parsed.type === 'frame' ? `frame ${parsed.bytes.length}` : parsed.type)
  }
  expect(passed).toBeGreaterThan(1_000)
  expect([...seen].sort()).toEqual(['down', 'ended', 'foreign', 'frame 3', 'up'])
})
