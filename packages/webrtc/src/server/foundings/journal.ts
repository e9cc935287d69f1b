/**
 * Group commit: foundings that come while a write is under way go together into the next one. After a write that failed
 * nobody knows what is on the disk, so every later one fails too, until the file is opened again.
 */
import type { Book, Founding } from './book.ts'
import type { FoundingsFile } from './file.ts'

export interface Journal {
  /** Resolves when `founding`, and all before it, is on disk. */
  append(founding: Founding): Promise<void>
  /** Resolves when all that was appended is on disk. */
  settled(): Promise<void>
  /** Writes what waits and lets go of the file. Never rejects. */
  close(): Promise<void>
}

export function createJournal(file: FoundingsFile, book: Pick<Book, 'all'>): Journal {
  let waiting: Founding[] = []
  /** The write that will take what waits; none when nothing does. */
  let next: Promise<void> | undefined
  /** Ends with the last write that was begun or promised. */
  let last = Promise.resolve()

  async function write(): Promise<void> {
    const taken = waiting
    waiting = []
    next = undefined
    // The book holds what was taken, and perhaps later ones: those are on disk before their time, which harms nobody.
    await (file.isLong ? file.rewrite([...book.all()]) : file.append(taken))
  }

  return {
    append(founding) {
      waiting.push(founding)
      if (next === undefined) {
        next = last.then(write)
        last = next
      }
      return next
    },
    settled: () => last,
    async close() {
      await last.catch(() => {})
      await file.close().catch(() => {})
    },
  }
}

/** Keeps nothing: foundings live as long as the server. */
export const noJournal: Journal = {
  append: async () => {},
  settled: async () => {},
  close: async () => {},
}
