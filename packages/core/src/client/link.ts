/**
 * The page's end of the stream to its replica: gathers the requests of one task into one message, and notices when the
 * worker has died. Goes from one replica to another, and may be at none for a while. Does not know what is asked or
 * answered.
 */

import type { StopReason } from '../host/runtime/runtime.ts'
import { type Clock, ownClock } from '../host/time/clock.ts'
import type {
  Answer,
  Decision,
  FromReplica,
  MissingQuorum,
  Question,
  ReplicaStatus,
  StreamPort,
  ToReplica,
} from '../host/worker/protocol.ts'
import type { EnsembleId } from '../logic/base/ids.ts'
import type { ClientEvent, ClientRequest } from '../logic/replica/event.ts'
import { type CallOptions, Calls } from './calls.ts'
import { KeeperError } from './error.ts'

/** The worker is probed this often, and taken for dead after this many probes in a row without an answer. */
const probeMs = 2_000
const probesMissedMax = 4

/** The worker itself answers a question at once, or it is dead. */
const questionMs = probeMs * probesMissedMax

/** How a replica came to its end: by its own word, or in silence. */
export type Ending = StopReason | { readonly code: 'WorkerDied'; readonly message: string }

export interface LinkEvents {
  event(event: ClientEvent): void
  status(status: ReplicaStatus): void
  decisions(decisions: readonly Decision[]): void
  missing(missing: MissingQuorum): void
  foreign(ensemble: EnsembleId): void
  /** The replica is gone, and the link at none until it is switched to another. */
  lost(ending: Ending): void
}

export class Link {
  /** Null while there is no replica. */
  #port: StreamPort | null = null
  readonly #events: LinkEvents
  readonly #clock: Clock
  #endProbing: () => void = () => undefined
  readonly #questions: Calls<number>
  /** Asked and not answered: asked again at another replica. */
  readonly #asked = new Map<number, Question>()
  #lastQuestion = 0
  /** What the page observes: said again to another replica. */
  #observing: Extract<ToReplica, { type: 'observe' }> | null = null
  #requests: ClientRequest[] = []
  #probe = 0
  #answered = 0
  #ended = false

  /** Begins at `port`, or (null) at none. */
  constructor(port: StreamPort | null, events: LinkEvents, clock: Clock = ownClock) {
    this.#events = events
    this.#clock = clock
    this.#questions = new Calls(questionMs, id => this.#asked.delete(id), clock)
    if (port !== null) this.switchTo(port)
  }

  /**
   * Goes over to the replica at `port`. What comes from the one before is ignored from now on; what was asked of the
   * worker, or observed, is so here. Requests are their sessions' business: see `Session.resume`.
   */
  switchTo(port: StreamPort): void {
    this.letGo()
    if (this.#ended) return port.close()
    this.#port = port
    this.#probe = 0
    this.#answered = 0
    port.onmessage = ({ data }: MessageEvent<FromReplica>) => this.#receive(port, data)
    this.#endProbing = this.#clock.every(probeMs, () => this.#check())
    if (this.#observing !== null) this.#post(this.#observing)
    for (const [id, question] of this.#asked) this.#post({ type: 'ask', id, question })
  }

  /** Leaves the replica, for none. Requests that have not gone out do not. */
  letGo(): void {
    this.#post({ type: 'leave' })
    this.#requests = []
    this.#endProbing()
    const port = this.#port
    this.#port = null
    if (port === null) return
    port.onmessage = null
    port.close()
  }

  /** Goes out at the end of the present task, in order with the others; not at all while there is no replica. */
  request(request: ClientRequest): void {
    this.#requests.push(request)
    if (this.#requests.length > 1) return
    queueMicrotask(() => {
      const requests = this.#requests
      this.#requests = []
      if (requests.length > 0) this.#post({ type: 'requests', requests })
    })
  }

  /** Asks the worker itself, or the next one where this one is lost. Rejects with a KeeperError when no answer comes. */
  ask(question: Question, options?: CallOptions): Promise<Answer> {
    if (this.#ended) return Promise.reject(closed())
    const id = ++this.#lastQuestion
    const answer = this.#questions.wait<Answer>(id, question.type, options)
    this.#asked.set(id, question)
    this.#post({ type: 'ask', id, question })
    return answer
  }

  observe(status: boolean, decisions: boolean): void {
    this.#observing = { type: 'observe', status, decisions }
    this.#post(this.#observing)
  }

  close(): void {
    this.letGo()
    this.#ended = true
    this.#asked.clear()
    this.#questions.rejectAll(closed())
  }

  #receive(port: StreamPort, message: FromReplica): void {
    if (port !== this.#port) return
    this.#answered = this.#probe
    switch (message.type) {
      case 'events':
        for (const event of message.events) this.#events.event(event)
        return
      case 'status':
        return this.#events.status(message.status)
      case 'decisions':
        return this.#events.decisions(message.decisions)
      case 'missing':
        return this.#events.missing(message.missing)
      case 'foreign':
        return this.#events.foreign(message.ensemble)
      case 'pong':
        return
      case 'answer':
        this.#asked.delete(message.id)
        this.#questions.resolve(message.id, message.answer)
        return
      case 'stopped':
        return this.#lose(message.reason)
    }
  }

  #check(): void {
    if (this.#probe - this.#answered >= probesMissedMax)
      return this.#lose({
        code: 'WorkerDied',
        message: `the worker was silent for ${(probesMissedMax * probeMs) / 1000} s`,
      })
    this.#probe++
    this.#post({ type: 'probe', id: this.#probe })
  }

  #lose(ending: Ending): void {
    if (this.#port === null) return
    this.letGo()
    this.#events.lost(ending)
  }

  #post(message: ToReplica): void {
    this.#port?.postMessage(message)
  }
}

const closed = () => new KeeperError('Closed', 'the replica is not reached any more')
