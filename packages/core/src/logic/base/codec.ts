/**
 * Turns plain values (objects, arrays, strings, numbers, booleans, null, Uint8Array) into bytes and back. Logic knows
 * only this contract; the library behind it is the host's choice. What `decode` returns is untrusted: parse it.
 */
export interface Codec {
  /** Bytes of `value`, owned by the caller. */
  encode(value: unknown): Uint8Array
  /** The value that `bytes` say, or `undefined` when they are no encoding at all. Never throws. */
  decode(bytes: Uint8Array): unknown
}
