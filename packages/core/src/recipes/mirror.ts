/**
 * What is known of a subtree, from a watch's events and from reads, so that each published view is the subtree as of one
 * zxid, whole transactions only. Pure: asks for reads, does not make them.
 *
 * Events name what changed and not to what; a read shows that, and perhaps later changes as well. An event comes before any
 * answer that shows its change. So when all that was named was read, and what was named during the reads lies behind every
 * change that they show, nothing is known in part: that is a view. Else what was named meanwhile is read, too.
 *
 * Source: ZooKeeper Programmer's Guide, "Consistency Guarantees"; Curator's TreeCache, whose views are of no one moment.
 */
import type { WatchEvent, ZnodeView } from '../client/index.ts'
import { parentOf } from './tree.ts'

export interface View {
  /** The subtree is as it was after this transaction. */
  readonly zxid: number
  /** By path. Empty where the root of the subtree is not there. */
  readonly znodes: ReadonlyMap<string, ZnodeView>
}

/** What one read gave for a path that was wanted; null: no such znode, or it may not be read. */
export type Reading = ZnodeView | null

export class Mirror {
  readonly #root: string
  #znodes = new Map<string, ZnodeView>()
  /** Named, and not read since. */
  readonly #wanted = new Set<string>()
  /** What came since the reads were asked for. */
  #events: WatchEvent[] = []
  /** The last change that is known here. Invariant: never goes back. */
  #through = 0
  /** A snapshot is being taken in. */
  #isAmidst = false
  #view: View = { zxid: 0, znodes: new Map() }

  constructor(root: string) {
    this.#root = root
  }

  /** The last that was published. */
  get view(): View {
    return this.#view
  }

  take(event: WatchEvent): void {
    this.#events.push(event)
  }

  /** Takes in what came. Returns what has to be read now, in any order, before {@link read}. */
  begin(): readonly string[] {
    const complete = this.#events.findLastIndex(({ last }) => last) + 1
    for (const event of this.#events.splice(0, complete)) this.#fold(event)
    return [...this.#wanted]
  }

  /** What the reads gave that {@link begin} asked for. Returns whether there is a new view; if not, begin again when there are events. */
  read(readings: ReadonlyMap<string, Reading>): boolean {
    // What happened before a snapshot that is on its way nobody says.
    let isWhole = !this.#events.some(({ type }) => type === 'Resync')
    for (const [path, reading] of readings) {
      if (reading === null) {
        // Deleted since, and that event is here already; else it may not be read.
        this.#znodes.delete(path)
        isWhole &&= !this.#events.some(event => event.path === path)
      } else {
        this.#znodes.set(path, reading)
        this.#advance(Math.max(reading.stat.mzxid, reading.stat.pzxid))
      }
      this.#wanted.delete(path)
    }
    if (!isWhole || this.#events.some(({ zxid }) => zxid <= this.#through)) return false
    this.#view = { zxid: this.#through, znodes: new Map(this.#znodes) }
    return true
  }

  /** Whether {@link begin} would take in anything. */
  get hasNews(): boolean {
    return this.#events.some(({ last }) => last)
  }

  #fold(event: WatchEvent): void {
    switch (event.type) {
      case 'NodeCreated':
      case 'NodeDataChanged':
        this.#want(event.path)
        break
      case 'NodeDeleted':
        this.#znodes.delete(event.path)
        this.#wanted.delete(event.path)
        break
      case 'Resync':
        if (!this.#isAmidst) this.#forget()
        this.#isAmidst = !event.last
        for (const znode of event.znodes) this.#znodes.set(znode.path, znode)
        break
      case 'NodeChildrenChanged':
      case 'DataWatchRemoved':
      case 'ChildWatchRemoved':
      case 'PersistentWatchRemoved':
        return
    }
    // What the parent's stat says of its children has changed.
    if (event.type === 'NodeCreated' || event.type === 'NodeDeleted') this.#want(parentOf(event.path))
    this.#advance(event.zxid)
  }

  #want(path: string): void {
    const isInside = path === this.#root || this.#root === '/' || path.startsWith(`${this.#root}/`)
    if (isInside) this.#wanted.add(path)
  }

  #forget(): void {
    this.#znodes = new Map()
    this.#wanted.clear()
  }

  #advance(zxid: number): void {
    if (zxid > this.#through) this.#through = zxid
  }
}
