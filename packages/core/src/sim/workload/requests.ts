/** What a simulated client asks for next: drawn, never judged here. Znodes lie directly below the root. */
import type { Operation } from '../../logic/state/command.ts'
import { parsePath, type ZnodePath } from '../../logic/state/path.ts'
import type { Query } from '../../logic/state/query.ts'
import type { Chance } from '../chance.ts'
import type { HistoryFunction, HistoryValue } from '../history.ts'

/** One request as it goes to the replica and as the history knows it. */
export type Wanted =
  | {
      readonly type: 'write'
      readonly operation: Operation
      /** Null for what the check of linearizability leaves out. */
      readonly recorded: {
        readonly f: HistoryFunction
        readonly key: string
        readonly value: HistoryValue
      } | null
    }
  | {
      readonly type: 'read'
      readonly consistency: 'sequential' | 'linearizable'
      readonly query: Extract<Query, { readonly type: 'get' | 'exists' }>
      readonly watched: boolean
    }

export interface WorkloadOptions {
  readonly keys: number
  readonly reads: number
  readonly linearizableReads: number
}

/** The path that `text` is; a slip of the workload's own is a RangeError. */
export function pathOf(text: string): ZnodePath {
  const parsed = parsePath(text)
  if (!parsed.ok) throw new RangeError(parsed.error.message)
  return parsed.value
}

const encoder = new TextEncoder()

export class Requests {
  readonly #chance: Chance
  readonly #options: WorkloadOptions
  readonly #client: string
  #count = 0
  /** The version last seen of each key: what a compare-and-set expects. */
  readonly #versions = new Map<string, number>()

  constructor(chance: Chance, client: string, options: WorkloadOptions) {
    this.#chance = chance
    this.#client = client
    this.#options = options
  }

  saw(key: string, version: number): void {
    this.#versions.set(key, version)
  }

  next(): Wanted {
    const key = `/k${this.#chance.below(this.#options.keys)}`
    if (this.#chance.happens(this.#options.reads)) return this.#read(pathOf(key))
    const draw = this.#chance.below(100)
    if (draw < 10) return this.#ephemeral()
    if (draw < 30)
      return this.#write(key, { type: 'create', path: pathOf(key), data: this.#data(), mode: 'persistent' })
    if (draw < 40)
      return this.#write(key, { type: 'delete', path: pathOf(key), version: this.#expected(key) })
    if (draw < 75)
      return this.#write(key, { type: 'set', path: pathOf(key), data: this.#data(), version: -1 })
    return this.#write(key, {
      type: 'set',
      path: pathOf(key),
      data: this.#data(),
      version: this.#versions.get(key) ?? 0,
    })
  }

  /** A last write, of a key that only this client writes. */
  last(): Wanted {
    const path = pathOf(`/last-${this.#client}-${this.#count++}`)
    return {
      type: 'write',
      operation: { type: 'create', path, data: this.#data(), mode: 'persistent' },
      recorded: null,
    }
  }

  #read(path: ZnodePath): Wanted {
    const linearizable = this.#chance.happens(this.#options.linearizableReads)
    return {
      type: 'read',
      consistency: linearizable ? 'linearizable' : 'sequential',
      query: { type: linearizable || this.#chance.happens(0.7) ? 'get' : 'exists', path },
      watched: this.#chance.happens(0.3),
    }
  }

  #ephemeral(): Wanted {
    const path = pathOf(`/e-${this.#client}-${this.#chance.below(2)}`)
    const operation: Operation = this.#chance.happens(0.7)
      ? { type: 'create', path, data: this.#data(), mode: 'ephemeral' }
      : { type: 'delete', path, version: -1 }
    return { type: 'write', operation, recorded: null }
  }

  #write(key: string, operation: Extract<Operation, { type: 'create' | 'delete' | 'set' }>): Wanted {
    const data = operation.type === 'delete' ? '' : new TextDecoder().decode(operation.data)
    switch (operation.type) {
      case 'create':
        return { type: 'write', operation, recorded: { f: 'create', key, value: data } }
      case 'delete':
        return { type: 'write', operation, recorded: { f: 'delete', key, value: operation.version } }
      case 'set': {
        const { version } = operation
        if (version === -1) return { type: 'write', operation, recorded: { f: 'write', key, value: data } }
        return { type: 'write', operation, recorded: { f: 'cas', key, value: [version, data] } }
      }
    }
  }

  #expected(key: string): number {
    return this.#chance.happens(0.5) ? -1 : (this.#versions.get(key) ?? 0)
  }

  /** Never the same twice, so that a read tells whose write it saw. */
  #data(): Uint8Array {
    return encoder.encode(`${this.#client}.${this.#count++}`)
  }
}
