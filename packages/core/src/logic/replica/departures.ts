/**
 * Sessions whose page said that it goes away. Every replica that hears of it remembers it for a while, because the doer may
 * have gone with that page: whoever is the doer then ends them, without waiting for their timeout. Local; a word that was
 * wrong is taken back by the session's next sign of life. Does not know leases.
 */
import type { SessionId } from '../base/ids.ts'
import { departedAgainTicks, departedSessionsMax, departedTicks } from '../base/limits.ts'

interface Departure {
  ticksLeft: number
  /** Until its end is asked for again; 0 before it was asked for under the present leadership. */
  againTicks: number
}

export class Departures {
  readonly #departed = new Map<SessionId, Departure>()

  /** The page of `session` went away. */
  add(session: SessionId): void {
    if (this.#departed.size >= departedSessionsMax) return
    this.#departed.set(session, { ticksLeft: departedTicks, againTicks: 0 })
  }

  /** `session` lives, or has ended. */
  remove(session: SessionId): void {
    this.#departed.delete(session)
  }

  tick(): void {
    for (const [session, departure] of this.#departed) {
      departure.ticksLeft--
      departure.againTicks = Math.max(0, departure.againTicks - 1)
      if (departure.ticksLeft === 0) this.#departed.delete(session)
    }
  }

  /** What was asked for under an earlier leadership is void. */
  askAnew(): void {
    for (const departure of this.#departed.values()) departure.againTicks = 0
  }

  /** The sessions whose end is to be asked for now, by whoever may. */
  takeDue(): readonly SessionId[] {
    const due: SessionId[] = []
    for (const [session, departure] of this.#departed) {
      if (departure.againTicks > 0) continue
      departure.againTicks = departedAgainTicks
      due.push(session)
    }
    return due
  }
}
