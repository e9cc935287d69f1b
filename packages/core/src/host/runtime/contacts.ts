/**
 * Whom this replica hears, and since when it misses those it does not: for people to see. By this machine's clock, which
 * decides nothing. Followers have little to say to each other, and a frozen peer stays connected: so that silence means
 * something, replicas show each other a sign of life where they have sent nothing else for a second.
 *
 * A gap in this worker's own time (it was frozen, the machine slept, the clock was set) is nobody's silence.
 */

import type { NodeId } from '../../logic/base/ids.ts'
import { missedAfterMs, signOfLifeMs } from '../../logic/base/limits.ts'

/** A voter that this replica does not hear. */
export interface MissingVoter {
  readonly node: NodeId
  /** It has a connection all the same, as a tab has that is frozen. */
  readonly isConnected: boolean
  /** When it was last heard; where it was not yet, when this replica began. Milliseconds since 1970, by this machine. */
  readonly since: number
}

/** A gap between two looks at the clock that no busy worker has. */
const gapMs = 2_000

export class Contacts {
  readonly #heardAt = new Map<NodeId, number>()
  readonly #sentAt = new Map<NodeId, number>()
  /** Those with a connection. */
  readonly #connected = new Set<NodeId>()
  #begunAt: number
  #now: number

  constructor(nowMs: number) {
    this.#begunAt = nowMs
    this.#now = nowMs
  }

  /** It is `nowMs`. Everything below is as of the last time that this was said. */
  pass(nowMs: number): void {
    const gap = nowMs - this.#now
    this.#now = nowMs
    if (gap >= 0 && gap <= gapMs) return
    for (const [node, at] of this.#heardAt)
      if (gap < 0 || this.#isHeard(node, at + gap)) this.#heardAt.set(node, at + gap)
    if (gap < 0) this.#begunAt += gap
  }

  connected(peer: NodeId): void {
    this.#connected.add(peer)
    this.heard(peer)
  }

  disconnected(peer: NodeId): void {
    this.#connected.delete(peer)
    this.#sentAt.delete(peer)
  }

  /** A frame of `peer` came. */
  heard(peer: NodeId): void {
    this.#heardAt.set(peer, this.#now)
  }

  /** A frame for `peer` left. */
  sent(peer: NodeId): void {
    this.#sentAt.set(peer, this.#now)
  }

  /** Who is to be shown a sign of life. */
  get due(): readonly NodeId[] {
    return [...this.#connected].filter(peer => this.#now - (this.#sentAt.get(peer) ?? 0) >= signOfLifeMs)
  }

  /** Those of `voters` that are not heard. */
  missing(voters: readonly NodeId[]): readonly MissingVoter[] {
    return voters.flatMap(node => {
      const since = this.#heardAt.get(node) ?? this.#begunAt
      const isConnected = this.#connected.has(node)
      return this.#isHeard(node, since) ? [] : [{ node, isConnected, since }]
    })
  }

  #isHeard(node: NodeId, at: number): boolean {
    return this.#connected.has(node) && this.#now - at < missedAfterMs
  }
}
