/**
 * The znodes of a tree as they were at one moment, to be looked at piece by piece while the tree goes on. Costs the tree a
 * list of what it holds at that moment, and then a copy of each znode that changes before it was looked at.
 */
import type { ZnodePath } from './path.ts'
import type { Znode, ZnodeRecord } from './znode.ts'

export type FrozenEntry = readonly [ZnodePath, Readonly<ZnodeRecord>]

export class Frozen {
  /** In the tree's order. What was looked at stays in it: the list goes as a whole. */
  readonly #entries: readonly (readonly [ZnodePath, Znode])[]
  readonly #kept = new Map<Znode, ZnodeRecord>()
  #next = 0

  constructor(entries: Iterable<readonly [ZnodePath, Znode]>) {
    this.#entries = Array.from(entries)
  }

  /** `znode` is about to change: it is remembered as it is, if it has not changed before. */
  keep(znode: Znode): void {
    if (this.#next === this.#entries.length || this.#kept.has(znode)) return
    const { data, czxid, mzxid, pzxid, ctime, mtime, version, childCreates, lifetime, acl, aversion } = znode
    this.#kept.set(znode, {
      data,
      czxid,
      mzxid,
      pzxid,
      ctime,
      mtime,
      version,
      childCreates,
      lifetime,
      acl,
      aversion,
    })
  }

  get isDone(): boolean {
    return this.#next === this.#entries.length
  }

  /** The next `count` of them, or what is left. */
  *take(count: number): Iterable<FrozenEntry> {
    const end = Math.min(this.#entries.length, this.#next + count)
    for (; this.#next < end; this.#next++) {
      const entry = this.#entries[this.#next]
      if (entry === undefined) continue
      const [path, znode] = entry
      yield [path, this.#kept.get(znode) ?? znode]
    }
    if (this.isDone) this.#kept.clear()
  }
}
