/**
 * What one standing watch hears of one change: the rule alone, for watches that are looked at one by one. The table finds
 * the same by its indexes.
 * Source: ZooKeeper Programmer's Guide, "Persistent, Recursive Watches".
 */
import type { Change } from '../state/event.ts'
import { parentOf, rootPath, type ZnodePath } from '../state/path.ts'
import type { ChangeEventType, MayHear, StandingKind, Watch, WatchEvent } from './contract.ts'

export const eventTypes: Readonly<Record<Change['type'], ChangeEventType>> = {
  created: 'NodeCreated',
  deleted: 'NodeDeleted',
  dataChanged: 'NodeDataChanged',
}

/** Whether `path` is `at` or lies below it. */
export const isAtOrBelow = (path: ZnodePath, at: ZnodePath): boolean =>
  path === at || at === rootPath || (path.startsWith(at) && path[at.length] === '/')

type StandingWatch = Watch & { readonly kind: StandingKind }

/** What `watch` is told of one transaction, in its order. */
export function eventsFor(
  watch: StandingWatch,
  changes: readonly Change[],
  mayHear: MayHear,
): readonly WatchEvent[] {
  const found = []
  for (const change of changes) {
    const event = eventOf(watch, change, mayHear)
    if (event !== null) found.push({ ...event, zxid: change.zxid })
  }
  const { session, watch: id } = watch
  return found.map((event, index) => ({ session, watch: id, ...event, last: index === found.length - 1 }))
}

/** The event by which `change` is told to `watch`, or null: never more than one. */
function eventOf(
  { session, kind, path: at }: StandingWatch,
  { type, path, acl, parentAcl }: Change,
  mayHear: MayHear,
): { readonly type: ChangeEventType; readonly path: ZnodePath } | null {
  const isMeant = kind === 'persistent' ? path === at : isAtOrBelow(path, at)
  if (isMeant) return mayHear(session, acl) ? { type: eventTypes[type], path } : null
  if (kind !== 'persistent' || type === 'dataChanged' || parentOf(path) !== at) return null
  return mayHear(session, parentAcl) ? { type: 'NodeChildrenChanged', path: at } : null
}
