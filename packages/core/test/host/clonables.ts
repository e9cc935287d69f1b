/** What another tab can post: a value of each kind that structured cloning knows, and nests of them. */
import type { Random } from '../../src/logic/base/random.ts'

const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
  'sign',
])

function circle(): unknown {
  const ring: Record<string, unknown> = { type: 'hello' }
  ring['from'] = ring
  return ring
}

function deep(levels: number): unknown {
  let nest: unknown = []
  for (let level = 0; level < levels; level += 1) nest = level % 2 === 0 ? { from: nest } : [nest]
  return nest
}

/** Each makes a new one: what is posted may be shared otherwise. */
const leaves: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => true,
  () => -0,
  () => Number.NaN,
  () => 1e308,
  () => 2 ** 53,
  () => 2n ** 70n,
  () => '',
  () => 'hello',
  () => '__proto__',
  () => '\ud800',
  () => 'x'.repeat(40_000),
  () => Object(false),
  () => Object('hello'),
  () => Object(1n),
  () => new Date(Number.NaN),
  () => /^(a+)+$/g,
  () => new Error('a text', { cause: new RangeError('another') }),
  () => new DOMException('a text', 'AbortError'),
  () => new Blob(['a', 'b']),
  () => new ArrayBuffer(9),
  () => new SharedArrayBuffer(8),
  () => new DataView(new ArrayBuffer(16), 3, 5),
  () => new Uint8Array(300),
  () => new Uint8Array(new ArrayBuffer(4_096), 100, 2),
  () => new Uint8Array(new SharedArrayBuffer(8)),
  () => new Float64Array(2),
  () => new BigInt64Array(2),
  () => privateKey,
  () => circle(),
  () => deep(2_000),
  () => JSON.parse('{"__proto__":{"type":"hello"},"constructor":1,"length":-1}') as unknown,
  () => Object.assign(Object.create(null) as object, { type: 'hello' }),
  // A hole in the middle.
  () => Object.assign([], { 5: 'hello' }),
]

/** Posts `message`, where this runtime can: Node posts no blobs, keys and shared memory to several at once. */
export function post(channel: BroadcastChannel, message: unknown): boolean {
  try {
    channel.postMessage(message)
    return true
  } catch {
    return false
  }
}

export function clonable(dice: Random, depth = 0): unknown {
  const inner = () => clonable(dice, depth + 1)
  switch (depth > 2 ? 9 : dice.below(10)) {
    case 0:
      return new Map([
        [inner(), inner()],
        ['type', 'hello'],
      ])
    case 1:
      return new Set([inner(), inner()])
    case 2:
      return [inner(), inner()]
    case 3:
      return { type: inner(), from: inner() }
    default:
      return leaves[dice.below(leaves.length)]?.()
  }
}
