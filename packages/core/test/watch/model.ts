/** Watches once more, deliberately naive: one list, searched for every change. */

import type { Change } from '../../src/logic/state/event.ts'
import type { Watch, WatchEvent } from '../../src/logic/watch/contract.ts'

type Hears = (kind: Watch['kind'], at: string, change: Change) => boolean

const parentOf = (path: string): string => path.split('/').slice(0, -1).join('/') || '/'
const isAtOrBelow = (path: string, at: string): boolean =>
  path === at || path.startsWith(at === '/' ? '/' : `${at}/`)

const hearsOfZnode: Hears = (kind, at, { type, path }) => {
  switch (kind) {
    case 'data':
    case 'persistent':
      return at === path
    case 'children':
      return at === path && type === 'deleted'
    case 'persistentRecursive':
      return isAtOrBelow(path, at)
  }
}

const hearsOfChildren: Hears = (kind, at, { type, path }) =>
  (kind === 'children' || kind === 'persistent') &&
  type !== 'dataChanged' &&
  path !== '/' &&
  at === parentOf(path)

export class WatchModel {
  watches: Watch[] = []

  add(watch: Watch): void {
    const isSame = (other: Watch) => JSON.stringify(other) === JSON.stringify(watch)
    if (!this.watches.some(isSame)) this.watches.push(watch)
  }

  /** Removes those of which `isMeant`; how many. */
  remove(isMeant: (watch: Watch) => boolean): number {
    const before = this.watches.length
    this.watches = this.watches.filter(watch => !isMeant(watch))
    return before - this.watches.length
  }

  /** Events in words, in order; for one change and path the watchers are sorted. */
  fire(changes: readonly Change[]): string[] {
    return changes.flatMap(change => {
      const name = { created: 'NodeCreated', deleted: 'NodeDeleted', dataChanged: 'NodeDataChanged' }[
        change.type
      ]
      return [
        ...this.#tell(hearsOfZnode, change).map(told => `${told} ${name} ${change.path} ${change.zxid}`),
        ...this.#tell(hearsOfChildren, change).map(
          told => `${told} NodeChildrenChanged ${parentOf(change.path)} ${change.zxid}`,
        ),
      ]
    })
  }

  #tell(hears: Hears, change: Change): string[] {
    const told = this.watches.filter(({ kind, path }) => hears(kind, path, change))
    this.remove(watch => told.includes(watch) && (watch.kind === 'data' || watch.kind === 'children'))
    return [...new Set(told.map(({ session, watch }) => `${session}/${watch}`))].sort()
  }
}

/** Events of the table in the model's words, the watchers of one change and path sorted. */
export function inWords(events: readonly WatchEvent[]): string[] {
  const words: string[] = []
  let group: string[] = []
  for (const [index, { session, watch, type, path, zxid }] of events.entries()) {
    group.push(`${session}/${watch} ${type} ${path} ${zxid}`)
    const following = events[index + 1]
    if (following?.type === type && following.path === path && following.zxid === zxid) continue
    words.push(...group.sort())
    group = []
  }
  return words
}
