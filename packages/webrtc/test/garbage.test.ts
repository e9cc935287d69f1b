/** Garbage at every door of the page: texts and values that strangers can bring there, as they like and nearly right. */
import { expect, test } from 'vitest'
import { parseWorkerToPage } from '../src/page/parse-worker.ts'
import { parsePeer } from '../src/page/signaling/peer.ts'
import { parsePresence } from '../src/page/signaling/presence.ts'
import { parseProof, parseSigned } from '../src/page/signaling/proof.ts'
import { roomKeys } from '../src/page/signaling/room-keys.ts'
import { cardTextMax, signalTextMax } from '../src/wire/limits.ts'
import { parseLinkSignal } from '../src/wire/link-signal.ts'
import { parseRelayMessage } from '../src/wire/relay-message.ts'
import { parseServerMessage } from '../src/wire/server-protocol.ts'
import { createDice, type Dice } from './random.ts'

const odd = [
  null,
  undefined,
  0,
  -1,
  1e308,
  Number.NaN,
  true,
  '',
  'a',
  '__proto__',
  '\ud800',
  [],
  {},
  [[]],
] as const
const large = 'x'.repeat(signalTextMax + 1)
const fields = [
  'type',
  'attempt',
  'signal',
  'sdp',
  'candidate',
  'node',
  'ensemble',
  'instance',
  'proof',
  'from',
  'to',
  'data',
  'hops',
  'members',
  'card',
  'peer',
  'connection',
  'reason',
  'frames',
  'lane',
  'bytes',
  'peers',
  'count',
  'others',
  'key',
] as const
const types = [
  'rtc',
  'gone',
  'offer',
  'answer',
  'candidate',
  'hello',
  'here',
  'bye',
  'signal',
  'welcome',
  'joined',
  'left',
  'stands',
  'start',
  'send',
  'lastWords',
  'opened',
  'broken',
  'dropped',
  'want',
  'relay',
  'ask',
  'release',
  'toString',
] as const

function value(dice: Dice, depth = 0): unknown {
  switch (dice.below(depth > 1 ? 3 : 6)) {
    case 0:
      return dice.pick(odd)
    case 1:
      return dice.pick(['a', 'b', 'node-1', 'e'] as const)
    case 2:
      return dice.below(200) === 0 ? large : dice.below(100)
    case 3:
      return [value(dice, depth + 1)]
    default: {
      const made: Record<string, unknown> = { type: dice.pick(types) }
      for (const field of fields) if (dice.below(8) === 0) made[field] = value(dice, depth + 1)
      return made
    }
  }
}

function text(dice: Dice): string {
  if (dice.below(4) === 0)
    return String.fromCharCode(...Array.from({ length: dice.below(120) }, () => dice.below(65_536)))
  if (dice.below(4) === 0) return `${dice.below(9)}.${'A'.repeat(80 + dice.below(12))}.${dice.below(9)}`
  const json = JSON.stringify(value(dice)) ?? ''
  return dice.below(3) === 0 ? json.slice(0, dice.below(json.length + 1)) : json
}

test('SEC-19 100,000 texts and values of garbage at the doors of the page throw nothing; what passes is of bounded size', () => {
  const dice = createDice(19)
  let passed = 0
  // Each is brought to eight doors.
  for (let sent = 0; sent < 12_500; sent += 1) {
    const [line, thing] = [text(dice), value(dice)]
    const bytes = Uint8Array.from({ length: dice.below(80) }, () => dice.below(256))
    for (const parsed of [
      parseLinkSignal(line),
      parseServerMessage(line),
      parseSigned(line),
      parseProof(line),
      parsePeer(thing),
      parsePresence(thing),
      parseWorkerToPage(thing),
      parseRelayMessage(bytes),
    ])
      if (parsed !== undefined) passed += 1
    const peer = parsePeer(thing)
    if (peer !== undefined) expect(JSON.stringify(peer).length).toBeLessThan(cardTextMax)
  }
  // The dice come through the doors, not only to the first question.
  expect(passed).toBeGreaterThan(100)
})

test('SEC-19 what was not sealed, or was changed in any place, does not open, and throws nothing', async () => {
  const dice = createDice(20)
  const keys = await roomKeys('A'.repeat(43), 'room')
  const about = ['signal', 'a', 'b']
  const good = await keys.seal('text', about)
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  for (let sent = 0; sent < 5_000; sent += 1) {
    const at = dice.below(good.length - 1)
    const letter = letters[dice.below(64)] ?? 'A'
    const changed =
      dice.below(4) === 0 ? text(dice).slice(0, 4_000) : good.slice(0, at) + letter + good.slice(at + 1)
    if (changed !== good) expect(await keys.open(changed, about)).toBeUndefined()
  }
  expect(await keys.open(good, about)).toBe('text')
})
