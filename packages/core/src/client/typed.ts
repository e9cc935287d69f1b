/**
 * A keeper that reads and writes values of one type, through a codec: the same calls on the same session. Owns where a codec's
 * failure goes, and that it names the znode.
 */

import type { Stat } from '../logic/state/stat.ts'
import type { CallOptions } from './calls.ts'
import type { Codec } from './codec.ts'
import { decode, encode } from './decode.ts'
import type {
  Created,
  CreateSettings,
  MultiOperation,
  MultiReadResults,
  MultiResults,
  SingleQuery,
  Znode,
} from './multi.ts'
import type { ConsistencyOptions, Operations, ReadOptions, VersionOptions } from './operations.ts'
import type { WatchOptions } from './watch-options.ts'
import type { Watcher } from './watcher.ts'
import type { Watch } from './watching.ts'

/** What a typed keeper stands on. */
export interface TypedParts {
  readonly keeper: Pick<Operations, 'create' | 'get' | 'set' | 'multi' | 'multiRead'>
  readonly watch: Watch
}

/**
 * What `keeper.with(codec)` returns. Each method is its namesake of {@link Keeper}, with values in the place of bytes. A value
 * that cannot be written rejects with BadArguments before anything goes out; data that are no value reject with DecodeFailed.
 * Both name the path, and have what the codec threw as their `cause`.
 */
export class TypedKeeper<Value> {
  readonly codec: Codec<Value>
  readonly #parts: TypedParts

  /** @internal */
  constructor(parts: TypedParts, codec: Codec<Value>) {
    this.#parts = parts
    this.codec = codec
  }

  /** Creates a znode that holds `value`. See {@link Keeper.create}. */
  async create(path: string, value: Value, options: CreateSettings & CallOptions = {}): Promise<Created> {
    return this.#parts.keeper.create(path, encode(this.codec, value, path), options)
  }

  /** The znode's value and stat. See {@link Keeper.get}. */
  async get(path: string, options: ReadOptions = {}): Promise<Znode<Value>> {
    const { data, stat } = await this.#parts.keeper.get(path, options)
    return { data: decode(this.codec, data, path), stat }
  }

  /** Replaces the value. See {@link Keeper.set}. */
  async set(path: string, value: Value, options: VersionOptions = {}): Promise<Stat> {
    return this.#parts.keeper.set(path, encode(this.codec, value, path), options)
  }

  /** One transaction, whose operations write values. A create without one makes a znode without data. See {@link Keeper.multi}. */
  async multi<const Operations extends readonly MultiOperation<Value>[]>(
    operations: Operations,
    options: CallOptions = {},
  ): Promise<MultiResults<Operations>> {
    const results = await this.#parts.keeper.multi(
      operations.map(operation => plain(this.codec, operation)),
      options,
    )
    return results as unknown as MultiResults<Operations>
  }

  /** Reads in one state of the tree; a result that is no value fails by itself. See {@link Keeper.multiRead}. */
  async multiRead<const Queries extends readonly SingleQuery[]>(
    queries: Queries,
    options: ConsistencyOptions = {},
  ): Promise<MultiReadResults<Queries, Value>> {
    const answers = await this.#parts.keeper.multiRead(queries, options)
    const results = answers.map((answer, index) => {
      if (!answer.ok || !('data' in answer.value)) return answer
      try {
        const { data, stat } = answer.value
        return { ok: true, value: { data: decode(this.codec, data, queries[index]?.path ?? null), stat } }
      } catch (error) {
        return { ok: false, error }
      }
    })
    return results as unknown as MultiReadResults<Queries, Value>
  }

  /**
   * Watches until closed; a Resync has values. An iterator that meets data which are no value throws DecodeFailed, and is
   * over; a callback's watch ends so, too, and the error is thrown as uncaught. See {@link Keeper.watch}.
   */
  watch(path: string, options: WatchOptions<Value> = {}): Promise<Watcher<Value>> {
    return this.#parts.watch(path, this.codec, options)
  }
}

/** As `Keeper.with`. */
export type Typed = <Value>(keeper: TypedParts['keeper'], codec: Codec<Value>) => TypedKeeper<Value>

/** Typed keepers that watch by `watch`. */
export const typedBy =
  (watch: Watch): Typed =>
  (keeper, codec) =>
    new TypedKeeper({ keeper, watch }, codec)

function plain<Value>(codec: Codec<Value>, operation: MultiOperation<Value>): MultiOperation {
  switch (operation.type) {
    case 'create': {
      const { data, ...settings } = operation
      return data === undefined ? settings : { ...settings, data: encode(codec, data, operation.path) }
    }
    case 'set':
      return { ...operation, data: encode(codec, operation.data, operation.path) }
    case 'delete':
    case 'check':
      return operation
  }
}
