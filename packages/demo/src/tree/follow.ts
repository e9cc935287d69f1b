/**
 * Keeps a model level with the keeper's tree: one recursive watch on `/`, set before the first read so that nothing falls
 * between them, then reads of just what events name. Never polls.
 */
import {
  type Keeper,
  KeeperError,
  type Resync,
  type Stat,
  type WatchEvent,
  type ZnodeEvent,
} from '@peerkeeper/core'
import type { TreeModel } from './model.ts'

export interface Followed {
  /** An event came; the model may know more only after a read. */
  event(event: ZnodeEvent): void
  /** The model changed. */
  changed(): void
  /** Reading ended: nothing will change any more. */
  failed(error: unknown): void
}

/** Reads on their way at once: a large tree comes in pieces, a storm of changes in one. */
const readsMax = 256

/** Resolves when the tree was read for the first time, or could not be: then `failed` was told. */
export async function followTree(keeper: Keeper, tree: TreeModel<Stat>, on: Followed): Promise<void> {
  const stale = new Set<string>(['/'])
  const present = new Set<string>()
  let isReading = false

  function onEvent(event: WatchEvent): void {
    switch (event.type) {
      case 'Resync':
        beginAnew(event)
        break
      case 'DataWatchRemoved':
      case 'ChildWatchRemoved':
      case 'PersistentWatchRemoved':
        return
      default:
        for (const path of tree.apply(event)) stale.add(path)
        on.event(event)
    }
    on.changed()
    void readStale()
  }

  /** What is not among the znodes of a Resync, which may come in parts, is gone. */
  function beginAnew({ znodes, zxid, last }: Resync): void {
    for (const { path } of znodes) {
      present.add(path)
      stale.add(path)
    }
    if (!last) return
    for (const path of tree.paths()) {
      if (present.has(path)) continue
      for (const above of tree.apply({ type: 'NodeDeleted', path, zxid })) stale.add(above)
    }
    present.clear()
  }

  async function readStale(): Promise<void> {
    if (isReading) return
    isReading = true
    try {
      while (stale.size > 0) {
        const paths = [...stale].slice(0, readsMax)
        for (const path of paths) stale.delete(path)
        await Promise.all(paths.map(read))
        on.changed()
      }
      tree.settle()
    } catch (error) {
      on.failed(error)
    } finally {
      isReading = false
    }
  }

  async function read(path: string): Promise<void> {
    try {
      if (!tree.put(path, await keeper.get(path))) return
      for (const child of tree.list(path, await keeper.children(path))) stale.add(child)
    } catch (error) {
      // Deleted meanwhile: its event has told, or will.
      if (!(error instanceof KeeperError) || error.code !== 'NoNode') throw error
    }
  }

  try {
    await keeper.watch('/', { recursive: true, onEvent })
    await readStale()
  } catch (error) {
    on.failed(error)
  }
}
