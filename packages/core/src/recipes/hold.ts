/**
 * What somebody holds: a lock, a lease, a leadership. Owns how the holder learns that it may be lost, that it is lost, and
 * that it is asked back; and giving it back, once. Does not know how it was come by.
 *
 * Source: Curator, "Error Handling": who is suspended stops acting as a holder. The token is the sequencer of Chubby (Burrows
 * 2006, section 2.4).
 */

import { type Attempt, attempt } from './attempt.ts'
import { KeeperError } from './error.ts'
import { type Guard, guard } from './guard.ts'
import { awaitTurn, type Place } from './line.ts'
import { isError, type Tree, type WaitOptions } from './tree.ts'
import { lost, remove, waitABit } from './znode.ts'

/** What every recipe gives whoever may act now. */
export interface Held extends AsyncDisposable {
  /**
   * Grows from holder to holder. Give it to whatever is changed from outside the tree, and let that refuse a smaller one than
   * it has seen: a holder that was paused does not know that it lost.
   */
  readonly token: number
  /**
   * Aborted when its holder has to stop. The reason is a KeeperError. `Suspended`: no quorum is in reach, it may be lost or
   * not. `SessionExpired`, `Lost` (its znode is gone): it is lost. `Closed`: it was released here, or its keeper closed.
   */
  readonly signal: AbortSignal
  /**
   * Gives it back, and aborts the signal. Resolves when that is done, or after five seconds: without a quorum it is done
   * later, or the session ends. Never rejects. Idempotent.
   */
  release(): Promise<void>
}

/** A place in line that several may hold, of one owner: left when the last has let go. */
export class Occupancy {
  readonly place: Place
  readonly #tree: Tree
  /** Resolves when it begins to be left. */
  readonly left: Promise<void>
  #onLeft: () => void = () => undefined
  #holders = 0
  #leaving: Promise<void> | null = null

  constructor(tree: Tree, place: Place) {
    this.#tree = tree
    this.place = place
    this.left = new Promise(resolve => {
      this.#onLeft = resolve
    })
  }

  get isLeft(): boolean {
    return this.#leaving !== null
  }

  enter(): void {
    this.#holders++
  }

  /** One holder fewer. */
  async exit(): Promise<void> {
    this.#holders--
    if (this.#holders <= 0) await this.leave()
  }

  /** Whoever holds it. */
  async leave(): Promise<void> {
    this.#onLeft()
    this.#leaving ??= remove(this.#tree, this.place.path)
    await waitABit(this.#tree, this.#leaving)
  }

  /** It is another's to leave now. */
  handOver(): void {
    this.#onLeft()
    this.#leaving = Promise.resolve()
  }
}

export class Hold implements Held {
  readonly #tree: Tree
  readonly #guard: Guard
  readonly #occupancy: Occupancy
  #released: Promise<void> | null = null

  /** Made by recipes. */
  constructor(tree: Tree, occupancy: Occupancy, guard: Guard) {
    occupancy.enter()
    this.#tree = tree
    this.#guard = guard
    this.#occupancy = occupancy
  }

  get token(): number {
    return this.#occupancy.place.token
  }

  get signal(): AbortSignal {
    return this.#guard.signal
  }

  /** Aborted when somebody asks for it back (`revoke`): nothing is lost, and whether to release it is up to the holder. */
  get revocation(): AbortSignal {
    return this.#guard.revocation
  }

  /** Its znode. */
  get path(): string {
    return this.#occupancy.place.path
  }

  /** Its signal is aborted because of `why`; it is still to be released. @internal */
  retire(why: string): void {
    this.#guard.end(why)
  }

  /** @internal */
  get occupancy(): Occupancy {
    return this.#occupancy
  }

  release(): Promise<void> {
    this.#released ??= this.#release()
    return this.#released
  }

  /**
   * After `Suspended`: waits until a quorum is in reach and says whether it is still held. Then resolves with a hold of the
   * same place and the same token, and a signal of its own; this one is over and has nothing to release. Nobody else held it
   * in between. Errors: Lost (stand in line again), SessionExpired, Closed, Timeout, Aborted.
   */
  async renew(options: WaitOptions = {}): Promise<Hold> {
    const { place } = this.#occupancy
    return attempt(this.#tree, `renew ${place.line.path}`, options, async made => {
      if (this.#released !== null) throw new KeeperError('Closed', 'it was released', place.path)
      const hold = await holdAt(this.#tree, this.#occupancy, made)
      if (hold === null) throw lost(place.path)
      // Given up or released meanwhile: then there is nothing to hand over.
      if (made.signal.aborted || this.#released !== null) {
        await hold.release()
        made.check()
        throw new KeeperError('Closed', 'it was released', place.path)
      }
      this.#released = this.#occupancy.exit()
      this.#guard.end('it was renewed')
      return hold
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  async #release(): Promise<void> {
    this.#guard.end('it was released')
    await this.#occupancy.exit()
  }
}

/** Waits for the turn of a place and holds it, guarded; null when the place is gone. */
export async function holdAt(tree: Tree, occupancy: Occupancy, made: Attempt): Promise<Hold | null> {
  const { place } = occupancy
  for (;;) {
    if (occupancy.isLeft || !(await awaitTurn(tree, place, made))) return null
    const guarded = await guard(tree, place, made)
    if (!guarded.signal.aborted) return new Hold(tree, occupancy, guarded)
    if (isError(guarded.signal.reason, 'Lost')) return null
    made.check()
  }
}
