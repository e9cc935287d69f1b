/**
 * Answers who founds a room: decides at once, and answers when what it says is on disk. An answer that was lost is asked for
 * again and is the same.
 */
import type { CloseReason, FoundingQuestion } from '../../wire/server-protocol.ts'
import { type Book, createBook } from './book.ts'
import { openFoundingsFile } from './file.ts'
import { createJournal, type Journal, noJournal } from './journal.ts'

export type FoundingAnswer =
  | { readonly type: 'stands'; readonly ensemble: string }
  | {
      readonly type: 'refused'
      readonly reason: Extract<CloseReason, 'foundingsFull' | 'tooManyFoundings' | 'notDurable'>
    }

export interface Desk {
  /** Rooms that were founded. */
  readonly size: number
  /** Why foundings cannot be kept any more; undefined while they can. Invariant: once set it stays, until the server starts anew. */
  readonly failure: string | undefined
  /** Never rejects. `mayChange` is asked when a new founding or a replacement is due. */
  ask(question: FoundingQuestion, mayChange: () => boolean): Promise<FoundingAnswer>
  /** After the last question. Never rejects. */
  close(): Promise<void>
}

/** A desk that keeps its foundings in the file at `path`, or in memory. Rejects as `openFoundingsFile` does. */
export async function openDesk(path: string | undefined, foundingsMax: number): Promise<Desk> {
  if (path === undefined) return createDesk(createBook([], foundingsMax), noJournal)
  const { file, known } = await openFoundingsFile(path)
  const book = createBook(known, foundingsMax)
  return createDesk(book, createJournal(file, book))
}

export function createDesk(book: Book, journal: Journal): Desk {
  let failure: string | undefined

  return {
    get size() {
      return book.size
    },
    get failure() {
      return failure
    },
    async ask(question, mayChange) {
      if (failure !== undefined) return { type: 'refused', reason: 'notDurable' }
      const decision = book.decide(question, mayChange)
      switch (decision.type) {
        case 'full':
          return { type: 'refused', reason: 'foundingsFull' }
        case 'refused':
          return { type: 'refused', reason: 'tooManyFoundings' }
        case 'stood':
        case 'changed':
      }
      const { type, founding } = decision
      try {
        // What stood may have been decided a moment ago, with its write still under way.
        await (type === 'changed' ? journal.append(founding) : journal.settled())
        return { type: 'stands', ensemble: founding.ensemble }
      } catch (error) {
        failure ??= String(error)
        return { type: 'refused', reason: 'notDurable' }
      }
    },
    close: () => journal.close(),
  }
}
