/**
 * A storage in memory whose writes take time, so that a process can die in the middle of one: then it happened or not; half
 * of it is not on offer, as in IndexedDB. Does not know what is written.
 */
import type { Storage } from '../../host/storage/contract.ts'
import { createMemoryStorage, type MemoryDisk } from '../../host/storage/memory.ts'
import type { Persist } from '../../logic/consensus/engine.ts'
import type { VirtualProcess } from './process.ts'
import type { VirtualTime } from './time.ts'

export interface VirtualStorage extends Storage {
  /** Its process dies: the write under way, if there is one, happened or not. */
  crash(writeHappened: boolean): void
}

export interface VirtualStorageOptions {
  readonly disk: MemoryDisk
  readonly time: VirtualTime
  /** Whose storage it is: it hears of a write's end while it lives and is awake. */
  readonly process: VirtualProcess
  /** How long the next write takes. */
  diskMs(): number
}

export function createVirtualStorage({ disk, time, process, diskMs }: VirtualStorageOptions): VirtualStorage {
  const storage = createMemoryStorage(disk)
  let pending: Persist | null = null
  return {
    ...storage,
    write: persist =>
      new Promise((resolve, reject) => {
        if (process.isDead) return
        pending = persist
        // A disk goes on while its process is frozen.
        time.clock.after(diskMs(), () => {
          if (pending !== persist) return
          pending = null
          time.touch()
          storage.write(persist).then(
            () => process.whenAwake(resolve),
            (error: unknown) => process.whenAwake(() => reject(error)),
          )
        })
      }),
    crash(writeHappened) {
      const persist = pending
      pending = null
      if (persist !== null && writeHappened) void storage.write(persist).catch(() => undefined)
    },
  }
}
