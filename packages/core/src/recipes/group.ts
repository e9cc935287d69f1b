/**
 * Who is here, with what each says of itself: presence. A member is an ephemeral znode, so it goes with its tab, and stays
 * while its tab is only out of reach for less than its session's timeout.
 *
 * Source: ZooKeeper Recipes, "Group Membership"; Curator's GroupMember.
 */
import type { Data, ZnodePath } from '../client/index.ts'
import { attempt } from './attempt.ts'
import { type Guard, guard } from './guard.ts'
import { patienceMs } from './limits.ts'
import type { View } from './mirror.ts'
import { subtreeCache } from './subtree-cache.ts'
import { childOf, isError, nameOf, parentOf, type Tree, type WaitOptions } from './tree.ts'
import { lost, make, remove, uniqueName, waitABit } from './znode.ts'

export interface Member {
  /** Its name in the group. */
  readonly name: string
  readonly data: Uint8Array
  /** The session that it goes with. */
  readonly session: number
  /** When it joined, by the clock of the leader of that time: milliseconds since 1970. */
  readonly since: number
}

export interface JoinOptions extends WaitOptions {
  /** One component of a path. Default: one that nobody ever had. */
  readonly name?: string
}

export class Group {
  readonly path: string
  readonly #tree: Tree

  /** The group at `path`, a znode of its own, made where it is missing. Nothing is asked for yet. */
  constructor(keeper: Tree, path: string) {
    this.#tree = keeper
    this.path = path
  }

  /**
   * Becomes a member until it leaves or the session ends. Errors: NodeExists (the name is taken, perhaps by this app's
   * session of before, for the rest of its timeout); Timeout and Aborted, after which it is no member; SessionExpired,
   * Closed, and those of the tree.
   */
  join(data: Data = '', options: JoinOptions = {}): Promise<Membership> {
    const tree = this.#tree
    return attempt(tree, `join ${this.path}`, options, async made => {
      await made.connected()
      const name = options.name ?? `member-${uniqueName(tree)}`
      const { path, stat } = await make(tree, childOf(this.path, name), data, 'ephemeral', made)
      try {
        const guarded = await guard(tree, { path, token: stat.czxid }, made, 'does not count')
        return new Membership(tree, path, guarded)
      } catch (error) {
        void remove(tree, path)
        throw error
      }
    })
  }

  /** Who is here, sorted by name; as this replica sees it, after `keeper.sync()` as a quorum does. Errors: those of every call. */
  async members(options: WaitOptions = {}): Promise<readonly Member[]> {
    const cache = await subtreeCache(this.#tree, this.path, options)
    cache.close()
    return membersOf(this.path, cache.view)
  }

  /** Who is here, now and at each change, of which it may skip some. Ends by leaving the loop; throws Aborted, SessionExpired, Closed. */
  async *follow(options: Pick<WaitOptions, 'signal'> = {}): AsyncGenerator<readonly Member[], never> {
    const cache = await subtreeCache(this.#tree, this.path, options)
    try {
      for await (const view of cache.views()) yield membersOf(this.path, view)
      throw cache.signal.reason
    } finally {
      cache.close()
    }
  }
}

export class Membership implements AsyncDisposable {
  readonly path: ZnodePath
  /** Aborted when it is no member any more, with a KeeperError: SessionExpired, Lost, Closed. Not while it is only suspended. */
  readonly signal: AbortSignal
  readonly #tree: Tree
  readonly #guard: Guard

  /** Made by {@link Group}. */
  constructor(tree: Tree, path: ZnodePath, guarded: Guard) {
    this.#tree = tree
    this.path = path
    this.#guard = guarded
    this.signal = guarded.signal
  }

  get name(): string {
    return nameOf(this.path)
  }

  /** Says something else of itself. Errors: Lost, and those of every call. */
  update(data: Data, options: WaitOptions = {}): Promise<void> {
    return attempt(this.#tree, `update ${this.path}`, options, async made => {
      this.signal.throwIfAborted()
      try {
        await made.race(this.#tree.set(this.path, data, { timeoutMs: patienceMs }))
      } catch (error) {
        throw isError(error, 'NoNode') ? lost(this.path) : error
      }
    })
  }

  /** Is no member any more: resolves as `Held.release`. Never rejects. Idempotent. */
  async leave(): Promise<void> {
    this.#guard.end('it left')
    await waitABit(this.#tree, remove(this.#tree, this.path))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave()
  }
}

const membersOf = (path: string, { znodes }: View): readonly Member[] =>
  [...znodes.values()]
    .filter(znode => parentOf(znode.path) === path)
    .map(({ path, data, stat }) => ({
      name: nameOf(path),
      data,
      session: stat.ephemeralOwner,
      since: stat.ctime,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
