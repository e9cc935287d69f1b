/**
 * A 53-bit hash of bytes and strings (two interleaved 32-bit multiply-rotate lanes, cyrb53's shape). It finds
 * accidents: a row that rotted, replicas whose states differ. It is no defence against someone who wants a collision.
 */

/** Hash of `bytes` as an integer in 0 .. 2^53 - 1, depending on `seed`. */
export function hashBytes(bytes: Uint8Array, seed = 0): number {
  let a = 0xdeadbeef ^ seed
  let b = 0x41c6ce57 ^ seed
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    a = Math.imul(a ^ byte, 2654435761)
    b = Math.imul(b ^ byte, 1597334677)
  }
  return finish(a, b)
}

/** Hash of the UTF-16 code units of `text` as an integer in 0 .. 2^53 - 1, depending on `seed`. */
export function hashString(text: string, seed = 0): number {
  let a = 0xdeadbeef ^ seed
  let b = 0x41c6ce57 ^ seed
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  return finish(a, b)
}

function finish(a: number, b: number): number {
  const high = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  const low = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return 2 ** 32 * (high & 0x1fffff) + (low >>> 0)
}
