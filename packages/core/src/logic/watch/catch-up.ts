/**
 * Watches that come from elsewhere: what each would have heard had it stood here since its own zxid, and which of them
 * still stand. Two sources: the history, which knows each change; where that does not reach back, the znodes as they are,
 * whose stats show that something changed but not all that did. Does not know how a watch is told, or where it is set.
 *
 * Source: ZooKeeper's DataTree.setWatches, which has only the second.
 */
import type { SessionId, Zxid } from '../base/ids.ts'
import { rootPath, type ZnodePath } from '../state/path.ts'
import type { Stat } from '../state/stat.ts'
import type { ChangeEventType, MayHear, Watch, WatchEvent, WatchKind, WatchSetAnew } from './contract.ts'
import type { History } from './history.ts'
import { createWatchTable } from './watch-table.ts'

export interface CaughtUp {
  /** In the order of the log, all watches together. */
  readonly events: readonly WatchEvent[]
  /** Those that fire once and have not, and those that stay. */
  readonly standing: readonly Watch[]
}

/** Lets `watches`, from which `history` reaches on, hear what is in it. */
export function catchUp(
  session: SessionId,
  watches: readonly WatchSetAnew[],
  history: History,
  mayHear: MayHear,
): CaughtUp {
  const waiting = [...watches].sort((a, b) => b.from - a.from)
  const table = createWatchTable(Number.POSITIVE_INFINITY)
  const events: WatchEvent[] = []
  const add = ({ watch, kind, path, resumable }: WatchSetAnew) =>
    table.add({ session, watch, kind, path, resumable })
  for (const changes of history.after(waiting.at(-1)?.from ?? history.start)) {
    const zxid = changes[0]?.zxid ?? history.start
    for (let next = waiting.at(-1); next && next.from < zxid; next = waiting.at(-1)) {
      waiting.pop()
      add(next)
    }
    events.push(...table.fire(changes, mayHear))
  }
  for (const watch of waiting) add(watch)
  return { events, standing: table.watches() }
}

/** A znode as it is now. */
export interface Seen {
  readonly path: ZnodePath
  readonly stat: Stat
}

/** A change that must have happened, or may have. */
export interface Trace {
  readonly type: ChangeEventType
  readonly path: ZnodePath
  readonly zxid: Zxid
}

/**
 * What `znodes`, all that the watch is about as of `now`, show to have changed since its zxid, in that order. Where
 * nothing is at its path there may have been something in between: that counts as deleted, since a watch may tell of too
 * much, and must not stay silent. What was deleted below a recursive watch leaves no trace.
 */
export function tracesSince(
  { kind, path: at, from }: WatchSetAnew,
  znodes: Iterable<Seen>,
  now: Zxid,
): readonly Trace[] {
  const traces: Trace[] = []
  let isThere = false
  for (const { path, stat } of znodes) {
    isThere ||= path === at
    traces.push(...tracesOf(kind, path, stat).filter(({ zxid }) => zxid > from))
  }
  if (!isThere && now > from && at !== rootPath) traces.push({ type: 'NodeDeleted', path: at, zxid: now })
  return traces.sort((a, b) => a.zxid - b.zxid)
}

function tracesOf(kind: WatchKind, path: ZnodePath, { czxid, mzxid, pzxid }: Stat): readonly Trace[] {
  const own: Trace[] = [{ type: 'NodeCreated', path, zxid: czxid }]
  if (mzxid !== czxid) own.push({ type: 'NodeDataChanged', path, zxid: mzxid })
  const ofChildren: Trace = { type: 'NodeChildrenChanged', path, zxid: pzxid }
  switch (kind) {
    case 'data':
      return own.slice(-1)
    case 'children':
      return [ofChildren]
    case 'persistent':
      return pzxid === czxid ? own : [...own, ofChildren]
    case 'persistentRecursive':
      return own
  }
}
