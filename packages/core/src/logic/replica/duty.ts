/**
 * What one replica does for all, while it is the doer: it announces itself in the log, and under the leadership that this
 * gave it expires sessions that fell silent and sweeps containers and TTL znodes whose time has come. Knows what it would like to have in the log; whether that counts is
 * decided when it is applied.
 *
 * In a leaderless ensemble two replicas may take themselves for the doer. The leadership belongs to the last that
 * announced itself: the other one's leases end with it, so that no session is expired by a replica which it does not
 * tell that it lives. A doer whose leadership was taken asks for it again a little later.
 */
import type { NodeId, SessionId, Zxid } from '../base/ids.ts'
import { leadAgainTicks, sweepTicks } from '../base/limits.ts'
import type { Command } from '../state/command.ts'
import type { SessionView, StateMachine } from '../state/contract.ts'
import { Departures } from './departures.ts'
import { Leases } from './leases.ts'
import type { ToPeer } from './step.ts'

export class Duty {
  readonly #self: NodeId
  #isDoer = false
  /** Kept from the apply of this replica's own `lead` until another's, or until it is no longer the doer. */
  #leases: Leases | null = null
  /** Whose the leadership is, by the last slot that said so; null while none did. Hears of the living, besides the doer. */
  #holder: NodeId | null = null
  readonly #departures = new Departures()
  /** Ticks since this replica last asked to lead. */
  #askedTicks = 0
  /** Ticks since the last sweep under the present leadership. */
  #unsweptTicks = 0
  /** To propose with the next step. */
  #commands: Command[] = []

  constructor(self: NodeId) {
    this.#self = self
  }

  get holder(): NodeId | null {
    return this.#holder
  }

  /** Who is alive here: what is said to `doer`, and to whoever holds the leadership where that is another. */
  tell(doer: NodeId, sessions: readonly SessionId[]): readonly ToPeer[] {
    const hearers = new Set([doer, this.#holder ?? doer])
    if (hearers.delete(this.#self)) for (const session of sessions) this.stay(session)
    return Array.from(hearers, to => ({ to, message: { type: 'touch', sessions } }))
  }

  /** The engine says whether this replica is the doer. */
  notice(isDoer: boolean): void {
    if (isDoer && !this.#isDoer) this.#askToLead()
    if (!isDoer) {
      this.#leases = null
      this.#commands = []
    }
    this.#isDoer = isDoer
  }

  /** `node` has the leadership now: a slot said so. */
  led(node: NodeId, leadership: Zxid, sessions: Iterable<SessionView>): void {
    this.#holder = node
    this.#leases = this.#isDoer && node === this.#self ? new Leases(leadership, sessions) : null
    this.#unsweptTicks = 0
    this.#departures.askAnew()
  }

  /** The state was replaced: whose leadership it holds, and which sessions, has to be asked for anew. */
  restored(): void {
    this.#holder = null
    this.#leases = null
  }

  opened(session: SessionView): void {
    this.#leases?.grant(session)
  }

  touch(session: SessionId): void {
    this.#leases?.touch(session)
  }

  /** `session` gave a sign of life somewhere, whatever was said before. */
  stay(session: SessionId): void {
    this.#departures.remove(session)
    this.touch(session)
  }

  /** The pages of these went away: they will not be heard again. */
  depart(sessions: readonly SessionId[]): void {
    for (const session of sessions) this.#departures.add(session)
  }

  ended(session: SessionId): void {
    this.#departures.remove(session)
    this.#leases?.end(session)
  }

  /** One tick passes. `isAlive` says whether a session was heard at this replica just now. */
  tick(machine: StateMachine, isAlive: (session: SessionId) => boolean): void {
    if (this.#isDoer && this.#leases === null && ++this.#askedTicks >= leadAgainTicks) this.#askToLead()
    this.#departures.tick()
    if (this.#leases === null) return
    this.#unsweptTicks++
    for (const session of new Set([...this.#leases.tick(), ...this.#departures.takeDue()])) {
      const view = machine.session(session)
      if (view && !isAlive(session)) this.#commands.push(this.#leases.expiry(view))
    }
  }

  takeCommands(): readonly Command[] {
    const commands = this.#commands
    this.#commands = []
    return commands
  }

  /** The sweep that is due, if there is something to sweep: `nowMs` is what the command will be stamped with. */
  takeSweep(machine: StateMachine, nowMs: number): readonly Command[] {
    if (this.#leases === null || this.#unsweptTicks < sweepTicks) return []
    this.#unsweptTicks = 0
    const znodes = machine.sweepable(nowMs)
    return znodes.length === 0 ? [] : [{ type: 'sweep', leadership: this.#leases.leadership, znodes }]
  }

  #askToLead(): void {
    this.#askedTicks = 0
    this.#commands.push({ type: 'lead', node: this.#self })
  }
}
