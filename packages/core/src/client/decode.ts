/** Codecs at work on znodes: what they throw becomes a KeeperError that names the znode. */
import type { Codec } from './codec.ts'
import { KeeperError } from './error.ts'

/** The bytes of `value`, for the znode at `path`. Throws a KeeperError BadArguments. */
export function encode<Value>(codec: Codec<Value>, value: Value, path: string): Uint8Array {
  try {
    return codec.encode(value)
  } catch (cause) {
    throw failed('BadArguments', `the value for ${path} cannot be written`, path, cause)
  }
}

/** The value that `data` of the znode at `path` are. Throws a KeeperError DecodeFailed. */
export function decode<Value>(codec: Codec<Value>, data: Uint8Array, path: string | null): Value {
  try {
    return codec.decode(data)
  } catch (cause) {
    throw failed('DecodeFailed', `the data of ${path} are no such value`, path, cause)
  }
}

const failed = (
  code: 'BadArguments' | 'DecodeFailed',
  message: string,
  path: string | null,
  cause: unknown,
) =>
  new KeeperError(
    code,
    `${message}: ${cause instanceof Error ? cause.message : String(cause)}`,
    path,
    null,
    null,
    {
      cause,
    },
  )
