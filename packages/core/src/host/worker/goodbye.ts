/**
 * When a replica that is closed may end: once it was taken out and those who stay know it, or once waiting is in vain. How long
 * depends on how much it is missed. Does not know how it is taken out (logic/replica), nor what ends with it.
 */
import type { NodeId } from '../../logic/base/ids.ts'
import type { EngineStatus } from '../../logic/consensus/engine.ts'
import { isMember, members } from '../../logic/consensus/membership.ts'
import { quorumSize } from '../../logic/consensus/quorum.ts'
import { withDeadline } from '../deadline.ts'
import type { Timers } from '../time/clock.ts'

/** A change of the membership takes two round trips and a tick; who closes an app does not wait for much more. */
const leaveTimeoutMs = 500

/**
 * Where the others have no quorum without it, what is cut short leaves them without one for good: an election, a promotion and
 * two changes of the membership, on a busy machine.
 */
const handOverTimeoutMs = 6_000

export interface GoodbyeParts {
  readonly self: NodeId
  readonly timers: Timers
  status(): EngineStatus
  /** Replicas of the ensemble within reach, members or not. */
  connected(): readonly NodeId[]
  /** The replica's own word; see logic/replica/parting.ts. */
  hasLeft(): boolean
  /** Has the replica ask to be taken out. */
  leave(): void
}

export class Goodbye {
  readonly #parts: GoodbyeParts
  /** Ends the wait; null while this replica does not leave. */
  #done: (() => void) | null = null
  /** Whether it had to hand over at some moment since it leaves. */
  #isMissed = false

  constructor(parts: GoodbyeParts) {
    this.#parts = parts
  }

  /** Resolves when the replica may end, at the latest after six seconds. Never rejects. */
  async say(): Promise<void> {
    if (!this.#canLeave()) return
    const left = new Promise<void>(resolve => {
      this.#done = resolve
    })
    this.#parts.leave()
    await this.#within(left, leaveTimeoutMs)
    if (this.#isMissed) await this.#within(left, handOverTimeoutMs - leaveTimeoutMs)
  }

  /** To be called after each step of the replica. */
  stepped(): void {
    if (this.#done === null) return
    this.#isMissed ||= this.#mustHandOver()
    const isOut = !isMember(this.#parts.status().membership, this.#parts.self)
    if (isOut ? this.#parts.hasLeft() : !this.#canLeave()) this.#done()
  }

  /** The replica ended by itself. */
  stopped(): void {
    this.#done?.()
  }

  /** Whether there is an ensemble to take this replica out, and somebody to do it, now or as soon as one is elected. */
  #canLeave(): boolean {
    const { membership, doer } = this.#parts.status()
    // Who is within reach and no member will ask to be one.
    const isAlone = members(membership).length === 1 && this.#parts.connected().length === 0
    return isMember(membership, this.#parts.self) && !isAlone && (doer !== null || this.#mustHandOver())
  }

  /**
   * Whether those within reach have a quorum with this replica, and none without it, or without it and one more: who closes one
   * tab may close another at the same moment.
   */
  #mustHandOver(): boolean {
    const { voters } = this.#parts.status().membership
    const connected = this.#parts.connected()
    if (!voters.includes(this.#parts.self) || connected.length === 0) return false
    const others = voters.filter(node => connected.includes(node)).length
    return others + 1 >= quorumSize(voters) && others - 1 < quorumSize(voters)
  }

  #within(left: Promise<void>, timeoutMs: number): Promise<void> {
    return withDeadline(left, timeoutMs, () => new Error('late'), this.#parts.timers).catch(() => undefined)
  }
}
