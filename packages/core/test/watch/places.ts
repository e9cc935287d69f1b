/**
 * Replicas that apply one log at a pace of their own, and a client that watches at one of them and moves: what is between
 * the log and an app's watcher, without consensus. And what the watcher must have heard, worked out naively.
 */
import { bytes } from '../../src/client/codec.ts'
import { Watcher } from '../../src/client/watcher.ts'
import { type WatchEvent, Watches } from '../../src/client/watches.ts'
import { type SessionId, slot, xid, type Zxid } from '../../src/logic/base/ids.ts'
import { Audience } from '../../src/logic/replica/audience.ts'
import type { ClientEvent } from '../../src/logic/replica/event.ts'
import { Watching } from '../../src/logic/replica/watching.ts'
import { encodeCommand, stampCommand } from '../../src/logic/state/command.ts'
import type { StateMachine } from '../../src/logic/state/contract.ts'
import type { Change } from '../../src/logic/state/event.ts'
import { createMachine } from '../../src/logic/state/machine.ts'
import type { StandingKind, WatchKind, WatchSetAnew } from '../../src/logic/watch/contract.ts'
import { History } from '../../src/logic/watch/history.ts'
import { createWatchTable } from '../../src/logic/watch/watch-table.ts'
import type { Draft } from '../state/commands.ts'
import { codec, next, path } from '../state/world.ts'
import { WatchModel } from './model.ts'

/** What happened, in every slot, and what there was after it. */
export class Log {
  readonly commands: Uint8Array[] = []
  readonly changes: (readonly Change[])[] = []
  /** After slot i: each znode's path and mzxid. */
  readonly trees: (readonly string[])[] = []

  constructor(drafts: readonly (readonly [number, Draft])[], keepsTrees = true) {
    const machine = createMachine(codec)
    const keepTree = () => this.trees.push(keepsTrees ? treeOf(machine) : [])
    keepTree()
    for (const [timeMs, draft] of drafts) {
      const bytes = stampCommand(timeMs, encodeCommand(codec, draft(machine)))
      this.commands.push(bytes)
      this.changes.push(machine.apply(next(machine), bytes).changes)
      keepTree()
    }
  }

  get last(): Zxid {
    return slot(this.commands.length)
  }

  /** What a watch hears in the slots after `from` up to `through`, as `type path zxid`. */
  heard(kind: WatchKind, at: string, from: number, through: number): readonly string[] {
    const model = new WatchModel()
    model.add({ session: session(), watch: 1, kind, path: path(at) })
    return this.changes
      .slice(from, through)
      .flatMap(changes => model.fire(changes).map(each => each.slice(4)))
  }

  /** What there is at and (recursive) below `at` after slot `zxid`. */
  znodes(kind: StandingKind, at: string, zxid: number): readonly string[] {
    const isMeant = (text: string) => {
      const [where = ''] = text.split(' ')
      if (where === at) return true
      return kind === 'persistentRecursive' && where.startsWith(at === '/' ? '/' : `${at}/`)
    }
    return (this.trees[zxid] ?? []).filter(isMeant)
  }
}

const session = (): SessionId => 1 as SessionId

const treeOf = (machine: StateMachine): readonly string[] =>
  [...machine.subtree(path('/'), session())].map(({ path: at, stat }) => `${at} ${stat.mzxid}`)

/** One replica of the watcher's side of things. */
export class Place {
  readonly machine = createMachine(codec)
  readonly #log: Log
  readonly #audience = new Audience()
  readonly #history: History
  readonly #watching: Watching
  readonly #watches = new Watches()
  #reads = 0
  /** All that was told here. */
  readonly told: ClientEvent[] = []

  constructor(log: Log, changesMax: number) {
    this.#log = log
    this.#history = new History({ changesMax, bytesMax: 1_000_000 })
    this.#watching = new Watching(this.machine, createWatchTable(), this.#audience, this.#history)
    this.#audience.attach(session(), 1)
  }

  get at(): Zxid {
    return this.machine.appliedThrough
  }

  /** Applies what is missing up to `zxid`. */
  applyThrough(zxid: Zxid): void {
    while (this.at < zxid && this.at < this.#log.last) {
      const command = this.#log.commands[this.at]
      if (command) this.#watching.applied(this.machine.apply(next(this.machine), command).changes)
      this.#deliver()
    }
  }

  /** Is given the state of `other`, which is further. */
  install(other: Place): void {
    if (other.at <= this.at) return
    const restored = this.machine.restore(other.machine.snapshot())
    if (!restored.ok) throw new Error(restored.error.message)
    this.#watching.installed(restored.value)
    this.#deliver()
  }

  /** Whether a watch from `from` must be told each change, and no Resync. */
  reaches(from: Zxid): boolean {
    return this.#history.reaches(from)
  }

  /** A watcher here, once this place is as far as `from`. */
  async watch(
    kind: StandingKind,
    at: string,
    from: Zxid | 'now',
    onEvent: ((event: WatchEvent) => void) | null,
  ): Promise<Watcher> {
    if (from !== 'now') this.applyThrough(from)
    const place = this
    const watcher = new Watcher(
      {
        attach: (sink, after) => {
          const watch = this.#watches.add(sink)
          const position = { session: session(), id: ++this.#reads, afterXid: xid(0), seenZxid: slot(0) }
          const asked = { ...position, watch, path: path(at) }
          this.#watching.add({ type: 'addWatch', ...asked, kind, from: after })
          this.#deliver()
          const detach = () => {
            this.#watches.remove(watch)
            this.#watching.remove({ type: 'removeWatches', ...asked, selection: 'any' })
          }
          return { attached: Promise.resolve(), detach }
        },
        get toldThrough() {
          return place.at
        },
      },
      onEvent,
      bytes,
    )
    await watcher.start(from)
    return watcher
  }

  /** Watches come from elsewhere. */
  setAnew(watches: readonly WatchSetAnew[]): void {
    const position = { session: session(), id: ++this.#reads, afterXid: xid(0), seenZxid: slot(0) }
    const set = this.#watching.setAnew({ type: 'setWatches', ...position, watches })
    if (!set.ok) throw new Error(set.error.message)
    this.#deliver()
  }

  #deliver(): void {
    for (const { event } of this.#audience.takeTold()) {
      this.told.push(event)
      if (event.type === 'watch') this.#watches.fire(event)
      else if (event.type === 'resync') this.#watches.resync(event)
    }
  }
}
