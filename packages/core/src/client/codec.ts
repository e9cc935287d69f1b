/**
 * How an app's values become the bytes of a znode, and come back. What comes back was written by others, perhaps by an older
 * version of the app: a codec says whether it is a value at all. Does not know znodes.
 */
import { bytesOf } from './bytes.ts'

/** Made by {@link json}, or by hand; {@link text} and {@link bytes} are two. */
export interface Codec<Value> {
  /** Throws where `value` cannot be written; the call then rejects with BadArguments, and nothing went out. */
  encode(value: Value): Uint8Array
  /** Throws where `data` is no such value; the call then rejects with DecodeFailed. */
  decode(data: Uint8Array): Value
}

/** What JSON can say. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Data as they are: a view that is not to be written to. */
export const bytes: Codec<Uint8Array> = { encode: value => value, decode: data => data }

/** Text as UTF-8. Bytes that are none are refused. */
export const text: Codec<string> = { encode: bytesOf, decode: data => utf8.decode(data) }

/**
 * Values as JSON, which `parse` looks at when they are read: it returns the value, or throws. A schema's own function will
 * do: `json(Seat.parse)`. Without `parse` whatever JSON is there is taken for a `Value`: for data that nobody else writes.
 */
export function json<Value = Json>(parse?: (value: unknown) => Value): Codec<Value> {
  return {
    encode: value => {
      const written: string | undefined = JSON.stringify(value)
      if (written === undefined) throw new TypeError(`${typeof value} cannot be written as JSON`)
      return bytesOf(written)
    },
    decode: data => {
      const read: unknown = JSON.parse(utf8.decode(data))
      return parse === undefined ? (read as Value) : parse(read)
    },
  }
}
