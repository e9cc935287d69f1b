/**
 * One session of a trace: carries its steps out through the public client, and gives the answers in the trace's words.
 * What the trace calls `/t` is a znode of its own for each trace; the rest of the tree is nobody's business here.
 */
import { KeeperError } from '../../client/error.ts'
import type { Keeper } from '../../client/keeper.ts'
import type { MultiOperation, SingleQuery } from '../../client/multi.ts'
import type { WatchCallback } from '../../client/watches.ts'
import { type Acl, Permission } from '../../logic/state/acl.ts'
import type { CreateMode } from '../../logic/state/command.ts'
import type { Stat } from '../../logic/state/stat.ts'
import type { Action, TraceAclEntry, TraceEvent } from './trace.ts'

/** No znode of a trace is older. */
const startedMs = Date.now()

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
      if (!(error instanceof KeeperError)) throw error
      const { code, results } = error
      return results === null
        ? { error: code }
        : { error: code, results: results.map(each => ({ error: each })) }
    }
  }

  async #answer(action: Action): Promise<unknown> {
    const { keeper } = this.#config
    const path = action.path === undefined ? '' : this.#ours(action.path)
    const { version = -1, data = '' } = action
    switch (action.op) {
      case 'create': {
        const created = await keeper.create(path, data, this.#settings(action))
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
      case 'getACL': {
        const { acl, stat } = await keeper.getAcl(path)
        return {
          acl: acl.map(({ scheme, id, perms }) => ({ scheme, id, perms: lettersOf(perms) })),
          stat: this.#statOf(stat),
        }
      }
      case 'setACL':
        return { stat: this.#statOf(await keeper.setAcl(path, aclOf(action.acl ?? []), { version })) }
      case 'multi':
        return this.#multi(action.ops ?? [])
      case 'multiRead':
        return this.#multiRead(action.ops ?? [])
      case 'getEphemerals': {
        const paths = await keeper.ephemerals(action.path === undefined ? '/' : path)
        return { paths: paths.map(each => this.#theirs(each)) }
      }
      case 'getAllChildrenNumber':
        return { count: await keeper.allChildrenNumber(path) }
      case 'addAuth':
        await keeper.addAuth('digest', action.auth ?? '')
        return {}
      case 'whoAmI': {
        const identities = await keeper.whoAmI()
        return { identities: identities.map(({ scheme, id }) => `${scheme}:${id}`) }
      }
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

  async #multi(ops: readonly Action[]): Promise<unknown> {
    const results = await this.#config.keeper.multi(ops.map(each => this.#operation(each)))
    return {
      results: results.map(result => {
        if (result === undefined) return { ok: {} }
        if (!('stat' in result)) return { ok: { stat: this.#statOf(result) } }
        return { ok: { path: this.#theirs(result.path), stat: this.#statOf(result.stat) } }
      }),
    }
  }

  #operation(action: Action): MultiOperation {
    const path = this.#ours(action.path ?? '')
    const { op, data = '', version = -1 } = action
    switch (op) {
      case 'create':
        return { type: 'create', path, data, ...this.#settings(action) }
      case 'setData':
        return { type: 'set', path, data, version }
      case 'delete':
      case 'check':
        return { type: op, path, version }
      default:
        throw new Error(`a multi holds no ${op}`)
    }
  }

  async #multiRead(ops: readonly Action[]): Promise<unknown> {
    const queries = ops.map(
      ({ op, path = '' }): SingleQuery => ({
        type: op === 'getData' ? 'get' : 'children',
        path: this.#ours(path),
      }),
    )
    const results = await this.#config.keeper.multiRead(queries)
    return {
      results: results.map(result => {
        if (!result.ok) return { error: result.error.code }
        const { stat, ...read } = result.value
        const data = 'data' in read ? { data: new TextDecoder().decode(read.data) } : read
        return { ok: { ...data, stat: this.#statOf(stat) } }
      }),
    }
  }

  #settings({ mode, ttl, acl }: Action) {
    return {
      mode: mode as CreateMode,
      ...(ttl === undefined ? {} : { ttlMs: ttl }),
      ...(acl === undefined ? {} : { acl: aclOf(acl) }),
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

  /** Times, which the trace leaves out, have to make sense. */
  #statOf({ ephemeralOwner, ...stat }: Stat): unknown {
    if (stat.mtime < stat.ctime || stat.ctime < startedMs || stat.mtime > Date.now())
      throw new Error(`created at ${stat.ctime} and modified at ${stat.mtime}, begun at ${startedMs}`)
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

const letters = [
  ['r', Permission.READ],
  ['w', Permission.WRITE],
  ['c', Permission.CREATE],
  ['d', Permission.DELETE],
  ['a', Permission.ADMIN],
] as const

const lettersOf = (perms: number): string =>
  letters.map(([letter, bit]) => ((perms & bit) === 0 ? '' : letter)).join('')

const aclOf = (entries: readonly TraceAclEntry[]): Acl =>
  entries.map(({ scheme, id, perms: text }) => {
    let perms = 0
    for (const [letter, bit] of letters) if (text.includes(letter)) perms |= bit
    return { scheme, id, perms }
  })

function typeOf({ type }: Action) {
  return type === 'Data' ? 'data' : type === 'Children' ? 'children' : 'any'
}
