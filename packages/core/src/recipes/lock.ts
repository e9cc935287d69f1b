/**
 * What all locks are: a line in which one stands until it is one's turn. Owns acquiring with all ways to give up, asking
 * holders to give back, and who stands in line. Which line, and whose turn it is, the recipes say.
 *
 * Source: ZooKeeper Recipes, "Locks", "Shared Locks", "Recoverable Shared Locks"; Curator's Revocable.
 */
import type { Data, Stat } from '../client/index.ts'
import { type Attempt, attempt } from './attempt.ts'
import { type Hold, holdAt, Occupancy } from './hold.ts'
import { join, type Line } from './line.ts'
import { inOrder } from './order.ts'
import { childOf, isError, type Tree, type WaitOptions } from './tree.ts'
import { remove } from './znode.ts'

export interface AcquireOptions extends WaitOptions {
  /** Shown to others who look at the line: who this is, say. */
  readonly data?: Data
}

/** One who stands in a line. */
export interface Participant {
  /** Its znode. */
  readonly path: string
  readonly data: Uint8Array
  /** What its hold's token is, or will be. */
  readonly token: number
  /** The session that it goes with. */
  readonly session: number
  readonly isHolding: boolean
}

/** What may be held: the contract of {@link MultiLock}. */
export interface Lockable<H> {
  readonly path: string
  acquire(options?: AcquireOptions): Promise<H>
}

/** The part of a hold that a function gets: it neither has to release it nor can forget to. */
export type Grant = Pick<Hold, 'token' | 'signal' | 'revocation'>

/**
 * Waits for a turn in `line` and holds it. Whoever gives up leaves no znode behind, also where no quorum is in reach at that
 * moment: it is removed when one is, or goes with the session.
 */
export async function hold(tree: Tree, line: Line, data: Data, made: Attempt): Promise<Hold> {
  for (;;) {
    const place = await join(tree, line, data, made)
    let held: Hold | null = null
    try {
      held = await holdAt(tree, new Occupancy(tree, place), made)
      made.check()
    } catch (error) {
      void (held?.release() ?? remove(tree, place.path))
      throw error
    }
    // Where somebody deleted the place while it waited, it stands in line again.
    if (held !== null) return held
  }
}

/** Runs `work` with a hold, and releases it when that has settled, however. */
export async function withHold<H extends Hold, T>(
  acquiring: Promise<H>,
  work: (grant: H) => T | Promise<T>,
): Promise<T> {
  const held = await acquiring
  try {
    return await work(held)
  } finally {
    await held.release()
  }
}

/** Who stands in `line`, in its order, as a quorum sees it. */
export async function participants(tree: Tree, line: Line, made: Attempt): Promise<readonly Participant[]> {
  const names = await namesIn(tree, line, made)
  const found: Participant[] = []
  for (const name of inOrder(names))
    try {
      const path = childOf(line.path, name)
      const { data, stat } = await tree.get(path, made.calls)
      found.push(participant(path, data, stat, line.decide(names, name).type === 'mine'))
    } catch (error) {
      if (!isError(error, 'NoNode')) throw error
    }
  return found
}

/** Tells those whose turn it is that somebody wants it. Resolves with how many were told. */
export async function revoke(tree: Tree, line: Line, made: Attempt): Promise<number> {
  let told = 0
  for (const { path, data, isHolding } of await participants(tree, line, made))
    try {
      if (!isHolding) continue
      // What it holds stays; that it was set is the message.
      await made.race(tree.set(path, data, { timeoutMs: made.calls.timeoutMs ?? 0 }))
      told++
    } catch (error) {
      if (!isError(error, 'NoNode')) throw error
    }
  return told
}

async function namesIn(tree: Tree, { path }: Line, made: Attempt): Promise<readonly string[]> {
  try {
    return (await tree.children(path, { consistency: 'linearizable', ...made.calls })).children
  } catch (error) {
    if (isError(error, 'NoNode')) return []
    throw error
  }
}

const participant = (path: string, data: Uint8Array, stat: Stat, isHolding: boolean): Participant => ({
  path,
  data,
  token: stat.czxid,
  session: stat.ephemeralOwner,
  isHolding,
})

/** A lock over one line, which the recipes give names. */
export abstract class Lock {
  protected readonly tree: Tree
  protected readonly line: Line

  protected constructor(tree: Tree, line: Line) {
    this.tree = tree
    this.line = line
  }

  get path(): string {
    return this.line.path
  }

  /** Who holds it and who waits, in order, as a quorum sees it. Errors: those of every call. */
  participants(options: WaitOptions = {}): Promise<readonly Participant[]> {
    return attempt(this.tree, `look at ${this.path}`, options, made =>
      participants(this.tree, this.line, made),
    )
  }

  /**
   * Asks those who hold it to give it back: their `revocation` is aborted, and what they do is up to them. Resolves with how
   * many were asked. Errors: those of every call.
   */
  revoke(options: WaitOptions = {}): Promise<number> {
    return attempt(this.tree, `revoke ${this.path}`, options, made => revoke(this.tree, this.line, made))
  }
}
