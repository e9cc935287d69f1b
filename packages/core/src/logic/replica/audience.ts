/**
 * Who is served here: the clients heard from, which of them each session is at, which sessions gave a sign of life, and
 * what they are told, in order. Does not know what any of it says.
 */
import type { SessionId } from '../base/ids.ts'
import type { ClientEvent, ClientId } from './event.ts'
import type { ToClient } from './step.ts'

export class Audience {
  /** Heard from and not gone. */
  readonly #clients = new Set<ClientId>()
  /** Who is told of a session's watches and of its end. */
  readonly #attached = new Map<SessionId, ClientId>()
  /** Sessions heard since the doer was last told. */
  readonly #alive = new Set<SessionId>()
  #told: ToClient[] = []

  /** Whether `client` is heard for the first time. */
  meet(client: ClientId): boolean {
    if (this.#clients.has(client)) return false
    this.#clients.add(client)
    return true
  }

  /**
   * `session` is at `client` from now on, and alive. `moved`: it was at another one before. `left`: it is at a newer one
   * already, and what comes from this one was said before it went there.
   */
  attach(session: SessionId, client: ClientId): 'here' | 'moved' | 'left' {
    const before = this.#attached.get(session) ?? client
    if (before > client) return 'left'
    this.#attached.set(session, client)
    this.#alive.add(session)
    return before < client ? 'moved' : 'here'
  }

  /** `client` is gone; returns the sessions that were at it. */
  forget(client: ClientId): readonly SessionId[] {
    this.#clients.delete(client)
    const left = this.sessionsAt(client)
    for (const session of left) this.#drop(session)
    return left
  }

  /** `session` is over, which its client is told. */
  end(session: SessionId, reason: 'closed' | 'expired'): void {
    this.tellSession(session, { type: 'ended', session, reason })
    this.#drop(session)
  }

  sessionsAt(client: ClientId): readonly SessionId[] {
    return [...this.#attached].filter(([, at]) => at === client).map(([session]) => session)
  }

  isAlive(session: SessionId): boolean {
    return this.#alive.has(session)
  }

  /** The sessions that gave a sign of life since the last call. */
  takeAlive(): readonly SessionId[] {
    const alive = [...this.#alive]
    this.#alive.clear()
    return alive
  }

  /** Sessions that are at a client here. */
  get sessions(): readonly SessionId[] {
    return [...this.#attached.keys()]
  }

  tell(client: ClientId, event: ClientEvent): void {
    this.#told.push({ client, event })
  }

  tellSession(session: SessionId, event: ClientEvent): void {
    const client = this.#attached.get(session)
    if (client !== undefined) this.tell(client, event)
  }

  tellAll(event: ClientEvent): void {
    for (const client of this.#clients) this.tell(client, event)
  }

  /** What was told since the last call. */
  takeTold(): readonly ToClient[] {
    const told = this.#told
    this.#told = []
    return told
  }

  #drop(session: SessionId): void {
    this.#attached.delete(session)
    this.#alive.delete(session)
  }
}
