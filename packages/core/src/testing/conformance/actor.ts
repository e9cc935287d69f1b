/**
 * One session of a trace: carries its steps out through the public client, and gives the answers in the trace's words.
 * What the trace calls `/t` is a znode of its own for each trace; the rest of the tree is nobody's business here.
 */
import { KeeperError } from '../../client/error.ts'
import type { Keeper } from '../../client/keeper.ts'
import type { WatchCallback } from '../../client/watches.ts'
import type { Stat } from '../../logic/state/stat.ts'
import type { Action, TraceEvent } from './trace.ts'

/** An answer as a trace has it. */
export interface Answer {
  readonly ok?: unknown
  readonly error?: string
  readonly results?: unknown
}

export interface ActorConfig {
  /** The session's label. */
  readonly name: string
  readonly keeper: Keeper
  /** What stands for `/t`. */
  readonly root: string
  /** The label of the session that a stat shows as an owner; null for none. */
  labelOf(session: number): string | null
  told(event: TraceEvent): void
}

export class Actor {
  readonly #config: ActorConfig
  readonly #watchers = new Map<string, WatchCallback>()

  constructor(config: ActorConfig) {
    this.#config = config
  }

  get keeper(): Keeper {
    return this.#config.keeper
  }

  async act(action: Action): Promise<Answer> {
    try {
      return { ok: await this.#answer(action) }
    } catch (error) {
      if (error instanceof KeeperError) return { error: error.code }
      throw error
    }
  }

  async #answer(action: Action): Promise<unknown> {
    const { keeper } = this.#config
    const path = action.path === undefined ? '' : this.#ours(action.path)
    const { version = -1, data = '' } = action
    switch (action.op) {
      case 'create': {
        const created = await keeper.create(path, data, { mode: modeOf(action) })
        return { path: this.#theirs(created.path), stat: this.#statOf(created.stat) }
      }
      case 'delete':
        await keeper.delete(path, { version })
        return {}
      case 'setData':
        return { stat: this.#statOf(await keeper.set(path, data, { version })) }
      case 'exists': {
        const stat = await keeper.exists(path, this.#watch(action))
        return { stat: stat === null ? null : this.#statOf(stat) }
      }
      case 'getData': {
        const read = await keeper.get(path, this.#watch(action))
        return { data: new TextDecoder().decode(read.data), stat: this.#statOf(read.stat) }
      }
      case 'getChildren': {
        const { children, stat } = await keeper.children(path, this.#watch(action))
        return { children, stat: this.#statOf(stat) }
      }
      case 'sync':
        await keeper.sync()
        return {}
      case 'addWatch': {
        const mode = action.mode === 'persistentRecursive' ? 'persistentRecursive' : 'persistent'
        await keeper.addWatch(path, this.#watcher(action.watch ?? ''), { mode })
        return {}
      }
      case 'removeWatches':
        await keeper.removeWatches(path, { watcher: this.#watcher(action.watch ?? ''), type: typeOf(action) })
        return {}
      case 'removeAllWatches':
        await keeper.removeWatches(path, { type: typeOf(action) })
        return {}
      default:
        throw new Error(`there is no operation ${action.op}`)
    }
  }

  #watch({ watch }: Action): { watch?: WatchCallback } {
    return watch === undefined ? {} : { watch: this.#watcher(watch) }
  }

  /** One label is one function. */
  #watcher(label: string): WatchCallback {
    const known = this.#watchers.get(label)
    if (known) return known
    const { name, root, told } = this.#config
    const watcher: WatchCallback = ({ type, path }) => {
      // Other traces have roots of their own, of which a watch of `/` hears too.
      if (isWithin(path, root)) told({ s: name, watch: label, type, path: this.#theirs(path) })
    }
    this.#watchers.set(label, watcher)
    return watcher
  }

  #statOf({ ephemeralOwner, ...stat }: Stat): unknown {
    return { ...stat, ephemeralOwner: this.#config.labelOf(ephemeralOwner) }
  }

  #ours(path: string): string {
    return isWithin(path, '/t') ? this.#config.root + path.slice(2) : path
  }

  #theirs(path: string): string {
    const { root } = this.#config
    return isWithin(path, root) ? `/t${path.slice(root.length)}` : path
  }
}

const isWithin = (path: string, root: string): boolean => path === root || path.startsWith(`${root}/`)

function modeOf({ mode }: Action) {
  if (mode === 'persistentSequential' || mode === 'ephemeral' || mode === 'ephemeralSequential') return mode
  return 'persistent'
}

function typeOf({ type }: Action) {
  return type === 'Data' ? 'data' : type === 'Children' ? 'children' : 'any'
}
