/** Byte strings one after the other, each with its length (32 bits, big-endian) before it. Does not know what they say. */

const lengthBytes = 4

export function joinFrames(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + lengthBytes + part.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const part of parts) {
    view.setUint32(at, part.length)
    bytes.set(part, at + lengthBytes)
    at += lengthBytes + part.length
  }
  return bytes
}

/** The parts of `bytes`, which are not copied; null where the lengths do not fit. */
export function splitFrames(bytes: Uint8Array): readonly Uint8Array[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + lengthBytes > bytes.length) return null
    const start = at + lengthBytes
    at = start + view.getUint32(at)
    if (at > bytes.length) return null
    parts.push(bytes.subarray(start, at))
  }
  return parts
}
