/**
 * Reads MessagePack without making anything of it: says whether bytes are exactly one value of plain data, before a
 * decoder is let near them. Refused: extensions (dates, sets, errors, regular expressions, pointers that make cycles,
 * records), 64-bit integers (BigInt), keys that are no strings, deep nesting, lengths beyond the end, trailing bytes.
 * Format: github.com/msgpack/msgpack/blob/master/spec.md.
 */

/** Containers within containers. Plain messages need under ten; a decoder that recurses must not run out of stack. */
export const nestingMax = 32

/** Whether `bytes` are one whole plain value. Takes one step for each value in it, whatever their sizes. */
export function isPlain(bytes: Uint8Array): boolean {
  const end = bytes.length
  const view = new DataView(bytes.buffer, bytes.byteOffset, end)
  /** Of each open container: the values still to come, keys included; below 0 in a map, so that they count up. */
  const left: number[] = [1]
  let depth = 0
  let at = 0
  while (depth >= 0) {
    const still = left[depth] as number
    if (still === 0) {
      depth--
      continue
    }
    left[depth] = still > 0 ? still - 1 : still + 1
    if (at >= end) return false
    const token = bytes[at++] as number
    const kind = kinds[token] as number
    const isKey = still < 0 && still % 2 === 0
    if (kind === refused || (isKey && kind !== text)) return false

    let count = fixedCounts[token] as number
    const size = sizes[token] as number
    if (size > end - at) return false
    if (kind === scalar) {
      at += size
      continue
    }
    if (size === 1) count = view.getUint8(at)
    else if (size === 2) count = view.getUint16(at)
    else if (size === 4) count = view.getUint32(at)
    at += size

    if (kind === map) count *= 2
    // A byte takes a byte, and any value at least one: what cannot be there is refused before anything is allocated.
    if (count > end - at) return false
    if (kind === text || kind === binary) at += count
    else {
      if (depth === nestingMax) return false
      left[++depth] = kind === map ? -count : count
    }
  }
  return at === end
}

const refused = 0
const scalar = 1
const text = 2
const binary = 3
const list = 4
const map = 5

/** By first byte: what begins there. */
const kinds = new Uint8Array(256)
/** By first byte: bytes of a number's body, or of the length that follows. */
const sizes = new Uint8Array(256)
/** By first byte: the length, where the first byte says it. */
const fixedCounts = new Uint8Array(256)

function range(first: number, last: number, kind: number): void {
  for (let token = first; token <= last; token++) {
    kinds[token] = kind
    fixedCounts[token] = token - first
  }
}
range(0x00, 0x7f, scalar)
range(0x80, 0x8f, map)
range(0x90, 0x9f, list)
range(0xa0, 0xbf, text)
range(0xe0, 0xff, scalar)
for (const [token, kind, size] of [
  [0xc0, scalar, 0], // null
  [0xc2, scalar, 0], // false
  [0xc3, scalar, 0], // true
  [0xc4, binary, 1],
  [0xc5, binary, 2],
  [0xc6, binary, 4],
  [0xca, scalar, 4], // float 32
  [0xcb, scalar, 8], // float 64
  [0xcc, scalar, 1], // unsigned integers
  [0xcd, scalar, 2],
  [0xce, scalar, 4],
  [0xd0, scalar, 1], // signed integers
  [0xd1, scalar, 2],
  [0xd2, scalar, 4],
  [0xd9, text, 1],
  [0xda, text, 2],
  [0xdb, text, 4],
  [0xdc, list, 2],
  [0xdd, list, 4],
  [0xde, map, 2],
  [0xdf, map, 4],
] as const) {
  kinds[token] = kind
  sizes[token] = size
}
