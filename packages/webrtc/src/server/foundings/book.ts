/**
 * Which ensemble each room has: the compare-and-set that settles who founds. Synchronous, so no question sees another one
 * half done. Knows neither sockets nor disks.
 */
import type { FoundingQuestion } from '../../wire/server-protocol.ts'

export interface Founding {
  readonly room: string
  readonly ensemble: string
}

export type Decision =
  /** What stands already; nothing changed. */
  | { readonly type: 'stood'; readonly founding: Founding }
  /** What stands from now on. */
  | { readonly type: 'changed'; readonly founding: Founding }
  /** There is no place for one more room. */
  | { readonly type: 'full' }
  /** It would change something, and may not. */
  | { readonly type: 'refused' }

export interface Book {
  readonly size: number
  /** All of it, in the order in which rooms were founded. */
  all(): Iterable<Founding>
  /** Decides `question`. `mayChange` is asked only when the answer would change something. */
  decide(question: FoundingQuestion, mayChange: () => boolean): Decision
}

/** A book that begins with `known`. Invariant: a room that is in it stays in it. */
export function createBook(known: Iterable<Founding>, roomsMax: number): Book {
  const ensembles = new Map<string, string>()
  for (const { room, ensemble } of known) ensembles.set(room, ensemble)

  return {
    get size() {
      return ensembles.size
    },
    *all() {
      for (const [room, ensemble] of ensembles) yield { room, ensemble }
    },
    decide(question, mayChange) {
      const { room } = question
      const before = ensembles.get(room)
      const after = wanted(question, before)
      if (before === after) return { type: 'stood', founding: { room, ensemble: after } }
      if (before === undefined && ensembles.size >= roomsMax) return { type: 'full' }
      if (!mayChange()) return { type: 'refused' }
      ensembles.set(room, after)
      return { type: 'changed', founding: { room, ensemble: after } }
    },
  }
}

/**
 * What should stand where `before` does. A replacement where nothing stands is taken: a server that keeps its foundings in
 * memory has forgotten what the asker knows, and the first who asks still wins.
 */
function wanted(question: FoundingQuestion, before: string | undefined): string {
  switch (question.type) {
    case 'found':
      return before ?? question.ensemble
    case 'replace':
      return before === undefined || before === question.current ? question.next : before
  }
}
