/**
 * The watches of the sessions at this replica, and the changes that they can resume from: tells each of what it hears, in
 * the order of the log, before any answer that could show it. Does not know what is proposed, or how a client is reached.
 *
 * A watch that resumes is told everything after the zxid that it names, or that it must begin anew, with the znodes as
 * they are now. It is told to begin anew also where it stands already and a state from elsewhere takes the place of this
 * replica's: what happened in between is not known. Other watches then hear what the two states differ in.
 */
import type { Zxid } from '../base/ids.ts'
import { resyncChunkBytes, resyncChunkZnodes, watchesPerSessionMax } from '../base/limits.ts'
import { err, ok, type Result } from '../base/result.ts'
import { mayRead } from '../state/acl.ts'
import type { StateMachine, ZnodeView } from '../state/contract.ts'
import { type Failure, failure } from '../state/error.ts'
import type { Change } from '../state/event.ts'
import { catchUp, type Trace, tracesSince } from '../watch/catch-up.ts'
import type { MayHear, Watch, WatchEvent, WatchSetAnew, WatchTable } from '../watch/contract.ts'
import { eventsFor } from '../watch/hears.ts'
import { History } from '../watch/history.ts'
import type { Audience } from './audience.ts'
import type { ClientRequest } from './event.ts'

type Asked<Type extends ClientRequest['type']> = Extract<ClientRequest, { readonly type: Type }>

export class Watching {
  readonly #machine: StateMachine
  readonly #table: WatchTable
  readonly #audience: Audience
  readonly #history: History
  readonly #mayHear: MayHear = (session, acl) => mayRead(acl, this.#machine.session(session)?.identities)

  constructor(machine: StateMachine, table: WatchTable, audience: Audience, history = new History()) {
    this.#machine = machine
    this.#table = table
    this.#audience = audience
    this.#history = history
  }

  /** A transaction did `changes`. */
  applied(changes: readonly Change[]): void {
    this.#history.add(changes)
    for (const event of this.#table.fire(changes, this.#mayHear)) this.#tell(event)
  }

  /** Another state has taken the place of what was applied here; they differ in `changes`. */
  installed(changes: readonly Change[]): void {
    this.#history.cut(this.#machine.appliedThrough)
    for (const watch of this.#table.watches()) if (watch.resumable) this.#resync(watch)
    for (const event of this.#table.fireDifference(changes, this.#mayHear)) this.#tell(event)
  }

  add({ session, watch, kind, path, from }: Asked<'addWatch'>): Result<null, Failure> {
    const added = { session, watch, kind, path, resumable: from !== null }
    if (!this.#table.add(added)) return tooMany
    if (from === null || from === 'now') return ok(null)
    if (this.#history.reaches(from)) this.#replay(added, from)
    else this.#resync(added)
    return ok(null)
  }

  /** Sets the one-shot watch that a read asked for. */
  set(watch: Watch): Result<null, Failure> {
    return this.#table.add(watch) ? ok(null) : tooMany
  }

  remove({ session, watch: asked, path, selection }: Asked<'removeWatches'>): Result<null, Failure> {
    const removed = this.#table.remove(session, asked, path, selection)
    if (removed.length === 0) return err(failure('NoWatcher', `no such watch is set at ${path}`))
    const zxid = this.#machine.appliedThrough
    for (const { watch, type } of removed)
      this.#audience.tellSession(session, {
        type: 'watch',
        session,
        watch,
        event: type,
        path,
        zxid,
        last: true,
      })
    return ok(null)
  }

  /** Takes back a watch whose session does not want it any more, and does not know whether it was set. */
  unset(watch: Watch): void {
    this.#table.unset(watch)
  }

  /** Sets watches that stood elsewhere as if they had stood here, and tells them what they have not heard. */
  setAnew({ session, watches }: Asked<'setWatches'>): Result<null, Failure> {
    const isKnown = ({ from }: WatchSetAnew) => this.#history.reaches(from)
    const { events, standing } = catchUp(session, watches.filter(isKnown), this.#history, this.#mayHear)
    for (const event of events) this.#tell(event)
    for (const watch of standing) if (!this.#table.add(watch)) return tooMany
    const told = new Set<string>()
    for (const { from, ...each } of watches) {
      const watch = { session, ...each }
      if (this.#history.reaches(from)) continue
      const traces = watch.resumable ? [] : this.#tracesSince(session, { from, ...each })
      const isOver = traces.length > 0 && (watch.kind === 'data' || watch.kind === 'children')
      if (!isOver && !this.#table.add(watch)) return tooMany
      if (watch.resumable) this.#resync(watch)
      for (const { type, path, zxid } of traces) {
        const event = { session, watch: watch.watch, type, path, zxid, last: true }
        const words = JSON.stringify(event)
        if (!told.has(words)) this.#tell(event)
        told.add(words)
      }
    }
    return ok(null)
  }

  endSession(session: Watch['session']): void {
    this.#table.removeSession(session)
  }

  #replay(watch: Watch & { readonly kind: Asked<'addWatch'>['kind'] }, from: Zxid): void {
    for (const changes of this.#history.after(from))
      for (const event of eventsFor(watch, changes, this.#mayHear)) this.#tell(event)
  }

  /** What the znodes as they are show to a watch of which not all changes are known. */
  #tracesSince(session: Watch['session'], watch: WatchSetAnew): readonly Trace[] {
    const { path, kind } = watch
    const now = this.#machine.appliedThrough
    const found = this.#machine.query({ type: 'exists', path }, session)
    // One that may not be read now is not told of.
    const isHidden = !found.ok
    const stat = found.ok && found.value.type === 'exists' ? found.value.stat : null
    if (kind === 'persistentRecursive' && (stat !== null || isHidden)) {
      const traces = tracesSince(watch, this.#machine.subtree(path, session), now)
      return isHidden ? traces.filter(trace => trace.path !== path) : traces
    }
    return isHidden ? [] : tracesSince(watch, stat === null ? [] : [{ path, stat }], now)
  }

  /** Tells `watch` to begin anew, in messages of a size that a page takes in without a stop. */
  #resync({ session, watch, kind, path }: Watch): void {
    const zxid = this.#machine.appliedThrough
    let znodes: ZnodeView[] = []
    let bytes = 0
    const tell = (last: boolean) => {
      this.#audience.tellSession(session, { type: 'resync', session, watch, path, zxid, znodes, last })
      znodes = []
      bytes = 0
    }
    for (const znode of this.#machine.subtree(path, session)) {
      if (kind === 'persistent' && znode.path !== path) break
      if (znodes.length >= resyncChunkZnodes || bytes >= resyncChunkBytes) tell(false)
      znodes.push(znode)
      bytes += znode.data.length + 2 * znode.path.length
    }
    tell(true)
  }

  #tell({ session, watch, type, path, zxid, last }: WatchEvent): void {
    this.#audience.tellSession(session, { type: 'watch', session, watch, event: type, path, zxid, last })
  }
}

const tooMany: Result<null, Failure> = err(
  failure('LimitExceeded', `a session may set ${watchesPerSessionMax} watches`),
)
