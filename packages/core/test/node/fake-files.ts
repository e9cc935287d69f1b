/**
 * A disk in memory that forgets what was not written through, and a process on it that dies at a step of the test's choosing. What
 * a crash leaves of the unsynced is the test's choice too: nothing, a part, or all of it.
 */
import type { Files, OpenFile } from '../../src/node/files/index.ts'

interface Inode {
  readonly number: number
  bytes: Uint8Array
  synced: Uint8Array
}

export class Died extends Error {}

/** What of the unsynced survives: all, nothing, or the first `part` bytes of what was appended. */
export type Survival = 'all' | 'none' | { readonly part: number }

export class FakeDisk {
  #names = new Map<string, Inode>()
  #syncedNames = new Map<string, Inode>()
  #numbers = 0
  /** Steps that were taken: each is a moment at which one may die. */
  steps = 0
  diesAt = Number.POSITIVE_INFINITY
  /** When set, there is no room for one more byte. */
  isFull = false

  /** The file's bytes as everybody sees them. */
  bytes(path: string): Uint8Array | undefined {
    return this.#names.get(path)?.bytes
  }

  put(path: string, bytes: Uint8Array): void {
    this.#numbers += 1
    const inode = { number: this.#numbers, bytes, synced: bytes }
    this.#names.set(path, inode)
    this.#syncedNames.set(path, inode)
  }

  /** The disk as it is found after the power came back. */
  afterCrash(survival: Survival): FakeDisk {
    const after = new FakeDisk()
    const names = survival === 'none' ? this.#syncedNames : this.#names
    for (const [path, { bytes, synced }] of names) {
      const kept = typeof survival === 'object' ? synced.length + survival.part : bytes.length
      after.put(path, survival === 'none' ? synced : bytes.slice(0, Math.max(kept, 0)))
    }
    return after
  }

  readonly files: Files = {
    open: async path => {
      this.#step()
      const inode = this.#names.get(path)
      return inode && this.#open(inode)
    },
    create: async path => {
      this.#step()
      this.#numbers += 1
      const inode = { number: this.#numbers, bytes: new Uint8Array(), synced: new Uint8Array() }
      this.#names.set(path, inode)
      return this.#open(inode)
    },
    facts: async path => {
      this.#step()
      const inode = this.#names.get(path)
      return inode && { inode: inode.number, size: inode.bytes.length }
    },
    rename: async (from, to) => {
      this.#step()
      const inode = this.#names.get(from)
      if (inode === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      this.#names.delete(from)
      this.#names.set(to, inode)
    },
    syncFolder: async () => {
      this.#step()
      this.#syncedNames = new Map(this.#names)
    },
    remove: async path => {
      this.#step()
      this.#names.delete(path)
    },
  }

  #step(): void {
    this.steps += 1
    if (this.steps >= this.diesAt) throw new Died('the process died')
  }

  #open(inode: Inode): OpenFile {
    return {
      append: async bytes => {
        const isLast = this.steps + 1 >= this.diesAt
        // Who dies or runs out of room while it writes has written a part.
        const written = isLast || this.isFull ? bytes.subarray(0, bytes.length >> 1) : bytes
        inode.bytes = concat(inode.bytes, written)
        this.#step()
        if (this.isFull) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      },
      read: async (from, length) => inode.bytes.slice(from, from + length),
      facts: async () => ({ inode: inode.number, size: inode.bytes.length }),
      truncate: async size => {
        this.#step()
        inode.bytes = inode.bytes.slice(0, size)
        inode.synced = inode.synced.slice(0, size)
      },
      datasync: async () => {
        this.#step()
        inode.synced = inode.bytes
      },
      close: async () => {},
    }
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
