/**
 * Who hosts this browser profile's replica: one tab, under a Web Lock; the others have a seat at it. When the host closes
 * or crashes, the lock goes to the next tab in the queue, which hosts the same replica. When the host is frozen it keeps the
 * lock: a tab that has not heard it for a while, and knocks in vain, takes the lock away; the storage then stops the old
 * host before it answers anyone. Does not know what is said at a seat.
 */
import { firstOf } from '../host/time/signals.ts'
import {
  type LobbyMessage,
  type LobbyPace,
  lobbyName,
  lobbyPace,
  parseLobbyMessage,
  seatName,
} from '../host/worker/lobby.ts'
import { browserLocks } from '../host/worker/locks.ts'
import type { OpenError, Opening, StreamPort } from '../host/worker/protocol.ts'
import type { EnsembleId, SessionId } from '../logic/base/ids.ts'
import type { EngineName } from '../logic/consensus/engine.ts'

/** A host that shows itself twice a second is frozen or gone after this many in a row were missed. */
const missedMax = 8

/**
 * A host that was frozen in the middle of a write keeps the storage until its browser takes it away or it thaws. Each attempt
 * to open waits for some ten seconds: a minute in all, then the app is told.
 */
const hostFailuresMax = 6

/** A host that was silent is knocked at so often before its lock is taken. */
const lastKnocks = 5

export interface SeatOptions {
  readonly room: string
  readonly engine: EngineName
  readonly ensemble: EnsembleId | null
  /** The browser's, unless a test brings its own. */
  readonly locks?: LockManager
  readonly pace?: LobbyPace
  /** Starts this profile's replica in this tab; aborted when it is to stop at once. Rejects as `connect` does. */
  host(end: AbortSignal): Promise<{ readonly opening: Opening; readonly port: StreamPort }>
  /** The replica is to be reached here from now on, at a seat or in this tab. */
  seated(opening: Opening, port: StreamPort): void
  /** A page that hosted went away with this session: whoever hosts next is to know. */
  departed(session: SessionId): void
  /** Whether what kept it from being started here may pass: then it is tried again, here or in another tab. */
  mayPass(error: unknown): boolean
  /** It cannot be reached, and will not be. */
  failed(error: unknown): void
  /** The host wants another engine or ensemble. */
  refused(error: OpenError): void
}

export const hostLock = (room: string): string => `peerkeeper:${room}:host`
const takeoverLock = (room: string): string => `peerkeeper:${room}:takeover`

export class Seat {
  readonly #options: SeatOptions
  readonly #locks: LockManager
  readonly #pace: LobbyPace
  readonly #over = new AbortController()
  readonly #lobby: BroadcastChannel
  /** The host at which this tab has a seat, or is to have one. */
  #host: string | null = null
  /** Asked for and not yet given. */
  #wanted: { readonly id: string; readonly channel: BroadcastChannel } | null = null
  #isHost = false
  /** It is this tab's own replica that is reached, since it was opened. */
  #isOpen = false
  #endHosting: () => void = () => undefined
  /** How often in a row it could not be started here. */
  #failures = 0
  #missed = 0
  readonly #timers: ReturnType<typeof setInterval>[] = []

  constructor(options: SeatOptions) {
    this.#options = options
    this.#locks = options.locks ?? browserLocks()
    this.#pace = options.pace ?? lobbyPace
    this.#lobby = new BroadcastChannel(lobbyName(options.room))
    this.#lobby.onmessage = ({ data }: MessageEvent<unknown>) => this.#hear(parseLobbyMessage(data))
    this.#queue({ ifAvailable: true })
    this.#timers.push(
      setInterval(() => this.#knock(), this.#pace.knockMs),
      setInterval(() => this.#missHost(), this.#pace.hereMs),
    )
  }

  get isHost(): boolean {
    return this.#isHost
  }

  /** This page goes away, and `session` with it: those that stay are told, where it hosts what they have seats at. */
  farewell(session: SessionId): void {
    if (this.#isHost) this.#say({ type: 'farewell', session })
  }

  /** Gives the seat up, and hosting with it. */
  close(): void {
    this.#over.abort()
    for (const timer of this.#timers) clearInterval(timer)
    this.#wanted?.channel.close()
    this.#lobby.close()
  }

  /**
   * The replica is not reached any more: the host that this tab had a seat at has stopped, or its own replica has. There
   * will be another, here or elsewhere.
   */
  lost(): void {
    if (this.#over.signal.aborted) return
    if (!this.#isHost) this.#ask()
    // Until its own is open, what is lost is the seat that it had: it hosts because that host is gone.
    else if (this.#isOpen) this.#stepDown()
  }

  /** Waits for the lock: granted, this tab hosts. One that finds it taken waits in line, and looks for a seat. */
  #queue(how: { ifAvailable: true } | { steal: true } | Record<never, never>): void {
    const { room } = this.#options
    const options = 'ifAvailable' in how || 'steal' in how ? how : { signal: this.#over.signal }
    const granted = async (lock: Lock | null): Promise<void> => {
      if (this.#over.signal.aborted) return
      if (lock === null) {
        this.#ask()
        this.#queue({})
        return
      }
      await this.#beHost()
    }
    // Rejected when the lock was taken away: this tab was taken for frozen.
    this.#locks.request(hostLock(room), options, granted).catch(() => {
      if (!this.#over.signal.aborted && this.#isHost) this.#stepDown()
    })
  }

  /** Hosts until this seat is closed, the lock is taken away, or the replica ends. */
  async #beHost(): Promise<void> {
    this.#isHost = true
    this.#isOpen = false
    this.#wanted?.channel.close()
    this.#wanted = null
    const end = new AbortController()
    this.#endHosting = () => end.abort()
    try {
      const { opening, port } = await this.#options.host(firstOf(end.signal, this.#over.signal))
      if (end.signal.aborted) return
      this.#isOpen = true
      this.#failures = 0
      this.#options.seated(opening, port)
    } catch (error) {
      if (end.signal.aborted) return
      if (this.#over.signal.aborted) return
      if (++this.#failures < hostFailuresMax && this.#options.mayPass(error)) return this.#stepDown()
      this.#isHost = false
      this.#options.failed(error)
      return
    }
    await new Promise<void>(resolve => {
      this.#over.signal.addEventListener('abort', () => resolve(), { once: true })
      end.signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  /** Hosts no more, has a seat at its successor, and stands in line again. */
  #stepDown(): void {
    this.#isHost = false
    this.#endHosting()
    this.#ask()
    this.#queue({})
  }

  /** Begins to ask for a seat, a new one each time: what is said at the old one is nobody's. */
  #ask(): void {
    const { room } = this.#options
    this.#wanted?.channel.close()
    const id = crypto.randomUUID()
    this.#wanted = { id, channel: new BroadcastChannel(seatName(room, id)) }
    this.#knock()
  }

  #knock(): void {
    const { engine, ensemble } = this.#options
    if (this.#wanted !== null && !this.#isHost)
      this.#say({ type: 'knock', seat: this.#wanted.id, engine, ensemble })
  }

  #hear(message: LobbyMessage | null): void {
    if (message?.type === 'farewell') this.#options.departed(message.session)
    if (message === null || this.#isHost) return
    switch (message.type) {
      case 'knock':
        return
      case 'here':
        this.#missed = 0
        if (message.host !== this.#host && this.#wanted === null) this.#ask()
        return
      case 'farewell':
        return
      case 'refused':
        if (message.seat === this.#wanted?.id) this.#options.refused(message.error)
        return
      case 'welcome': {
        if (message.seat !== this.#wanted?.id) return
        const { channel } = this.#wanted
        this.#wanted = null
        this.#host = message.host
        this.#missed = 0
        this.#options.seated(message.opening, channel)
        return
      }
    }
  }

  /** Another half second passed. A tab that was itself away counts only what it was there for. */
  #missHost(): void {
    if (this.#isHost || ++this.#missed !== missedMax) return
    void this.#takeOver()
  }

  /** One tab at a time: knocks once more, and takes the lock where nobody answers. */
  async #takeOver(): Promise<void> {
    const { room } = this.#options
    const { signal } = this.#over
    await this.#locks
      .request(takeoverLock(room), { signal }, async () => {
        this.#ask()
        await new Promise(resolve => setTimeout(resolve, lastKnocks * this.#pace.knockMs))
        if (signal.aborted || this.#isHost || this.#wanted === null) return
        const { held = [] } = await this.#locks.query()
        if (!held.some(({ name }) => name === hostLock(room))) return
        this.#queue({ steal: true })
      })
      .catch(() => undefined)
    this.#missed = 0
  }

  #say(message: LobbyMessage): void {
    if (!this.#over.signal.aborted) this.#lobby.postMessage(message)
  }
}
