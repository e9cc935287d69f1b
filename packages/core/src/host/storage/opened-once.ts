/**
 * The life of a storage, the same wherever its bytes are: opened once, then one write at a time, until it is closed, taken away,
 * fenced or fails; from then on every call rejects with the reason of that end. Owns that order, the bounds in time, and that
 * the store is let go of when what was under way is done. Does not know how anything is stored: that is the parts'.
 */
import type { Persist } from '../../logic/consensus/engine.ts'
import { withDeadline } from '../deadline.ts'
import { type Identity, type Opened, type Storage, StorageError } from './contract.ts'

export interface StorageParts<Open> {
  /** As messages name it: a database, a file. */
  readonly place: string
  /**
   * Reads all that is there and records this opening. Settles in bounded time, and keeps nothing open when it rejects.
   * `taken` may be called from then on, with a reason: somebody took the store away.
   */
  open(
    wanted: Identity,
    taken: (reason: string) => void,
  ): Promise<{ readonly opened: Opened; readonly open: Open }>
  /** Writes all of `persist` or nothing; what is open after it. */
  write(open: Open, persist: Persist): Promise<Open>
  /** Rejects with `Fenced` when a later opening owns the store. Never during a write. */
  check(open: Open): Promise<void>
  /** Lets go of the store; `idle` resolves when nothing is under way. More than once for what is open after a late write. */
  release(open: Open, idle: Promise<void>): Promise<void> | void
  /** What a failed attempt to `doing` means. */
  errorOf(cause: unknown, doing: string): StorageError
  /** After how many milliseconds without an answer they have failed. Null: they always answer. */
  readonly timeouts: { readonly writeMs: number; readonly checkMs: number } | null
}

type State<Open> =
  | { readonly type: 'new' | 'opening' }
  | { readonly type: 'open'; readonly open: Open }
  | { readonly type: 'stopped'; readonly error: StorageError }

/** A storage made of `parts`. Every rejection is a StorageError. */
export function openedOnce<Open>(parts: StorageParts<Open>): Storage {
  const { place, timeouts, errorOf } = parts
  const lost = new AbortController()
  let state: State<Open> = { type: 'new' }
  /** The opening or write under way, and the letting go; neither rejects. */
  let idle: Promise<void> = Promise.resolve()
  let released: Promise<void> = Promise.resolve()
  let isBusy = false

  const letGo = (open: Open): void => {
    released = settled(Promise.resolve(parts.release(open, idle)))
  }

  const stop = (error: StorageError): void => {
    const ended = state
    if (ended.type !== 'stopped') state = { type: 'stopped', error }
    if (ended.type === 'open') letGo(ended.open)
  }

  const bounded = <T>(work: Promise<T>, ms: number | undefined, doing: string): Promise<T> =>
    ms === undefined
      ? work
      : withDeadline(work, ms, () => new StorageError('Failed', `could not ${doing} within ${ms} ms`))

  /** Whatever fails is the end. */
  const orStop = async <T>(work: Promise<T>, doing: string): Promise<T> => {
    try {
      return await work
    } catch (cause) {
      const error = errorOf(cause, doing)
      stop(error)
      throw error
    }
  }

  const alone = async <T>(work: Promise<T>, ms: number | undefined, doing: string): Promise<T> => {
    isBusy = true
    idle = settled(work)
    try {
      return await orStop(bounded(work, ms, doing), doing)
    } finally {
      isBusy = false
    }
  }

  const theOpen = (): Open => {
    switch (state.type) {
      case 'new':
      case 'opening':
        throw new StorageError('Failed', 'the storage is not open')
      case 'stopped':
        throw state.error
      case 'open':
        return state.open
    }
  }

  const open = async (wanted: Identity): Promise<Opened> => {
    const { opened, open } = await parts.open(wanted, reason => {
      const error = new StorageError('Failed', reason)
      const wasOpen = state.type === 'open'
      stop(error)
      if (wasOpen) lost.abort(error)
    })
    if (state.type === 'stopped') {
      letGo(open)
      throw state.error
    }
    state = { type: 'open', open }
    return opened
  }

  const write = async (before: Open, persist: Persist): Promise<void> => {
    const after = await parts.write(before, persist)
    if (state.type === 'open') state = { type: 'open', open: after }
    else letGo(after)
  }

  return {
    async open(wanted) {
      if (state.type !== 'new') throw new StorageError('Failed', 'a storage is opened once')
      state = { type: 'opening' }
      return alone(open(wanted), undefined, `open ${place}`)
    },
    async write(persist) {
      if (isBusy) stop(new StorageError('Failed', 'a write came while another was under way'))
      return alone(write(theOpen(), persist), timeouts?.writeMs, `write to ${place}`)
    },
    async check() {
      theOpen()
      // In the midst of a write the store is not as any opening left it.
      const looked = idle.then(() => parts.check(theOpen()))
      return orStop(bounded(looked, timeouts?.checkMs, `look at ${place}`), `look at ${place}`)
    },
    lost: lost.signal,
    async close() {
      const ms = timeouts?.writeMs
      await bounded(idle, ms, `end what is under way at ${place}`).catch(() => {})
      stop(new StorageError('Failed', `${place} is closed`))
      await bounded(released, ms, `close ${place}`).catch(() => {})
    },
  }
}

const settled = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => {},
    () => {},
  )
