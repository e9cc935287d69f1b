/**
 * How long the leader has not heard of each session. Local to the leader and never replicated: a new leader starts with
 * full timeouts. What it decides is only to *propose* an expiry; the state checks again when it is applied.
 */
import type { SessionId, Zxid } from '../base/ids.ts'
import { tickMs } from '../base/limits.ts'
import type { Command } from '../state/command.ts'
import type { SessionView } from '../state/contract.ts'

interface Lease {
  ticksLeft: number
  readonly timeoutTicks: number
}

export class Leases {
  readonly #leases = new Map<SessionId, Lease>()
  /** The leadership that these leases belong to. */
  readonly leadership: Zxid

  /** Full timeouts for all `sessions`, under a leadership that has just begun. */
  constructor(leadership: Zxid, sessions: Iterable<SessionView>) {
    this.leadership = leadership
    for (const session of sessions) this.grant(session)
  }

  /** A session that exists from now on has its full timeout. Rounded up to whole ticks. */
  grant({ session, timeoutMs }: SessionView): void {
    const timeoutTicks = Math.ceil(timeoutMs / tickMs)
    this.#leases.set(session, { ticksLeft: timeoutTicks, timeoutTicks })
  }

  touch(session: SessionId): void {
    const lease = this.#leases.get(session)
    if (lease) lease.ticksLeft = lease.timeoutTicks
  }

  end(session: SessionId): void {
    this.#leases.delete(session)
  }

  /** One tick passes. Returns the sessions to expire; one that is not gone after another timeout is named again. */
  tick(): readonly SessionId[] {
    const silent: SessionId[] = []
    for (const [session, lease] of this.#leases) {
      lease.ticksLeft--
      if (lease.ticksLeft > 0) continue
      lease.ticksLeft = lease.timeoutTicks
      silent.push(session)
    }
    return silent
  }

  /** The command that ends `session`, unless it writes or the leadership changes before it is applied. */
  expiry({ session, lastZxid }: SessionView): Command {
    return { type: 'expireSession', session, leadership: this.leadership, lastZxid }
  }
}
