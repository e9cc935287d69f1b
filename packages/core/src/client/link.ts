/**
 * The page's end of the stream to its replica: gathers the requests of one task into one message, and notices when the
 * worker has died. Does not know what is asked or answered.
 */

import type {
  Answer,
  Decision,
  FromReplica,
  Question,
  ReplicaStatus,
  ToReplica,
} from '../host/worker/protocol.ts'
import type { ClientEvent, ClientRequest } from '../logic/replica/event.ts'
import { type CallOptions, Calls } from './calls.ts'
import { KeeperError } from './error.ts'

/** The worker is probed this often, and taken for dead after this many probes in a row without an answer. */
const probeMs = 2_000
const probesMissedMax = 4

/** The worker itself answers a question at once, or it is dead. */
const questionMs = probeMs * probesMissedMax

export interface LinkEvents {
  event(event: ClientEvent): void
  status(status: ReplicaStatus): void
  decisions(decisions: readonly Decision[]): void
  /** Nothing comes after it. */
  stopped(code: 'ReplicaStopped' | 'WorkerDied', message: string): void
}

export class Link {
  readonly #port: MessagePort
  readonly #events: LinkEvents
  readonly #prober: ReturnType<typeof setInterval>
  readonly #questions = new Calls<number>(questionMs, () => undefined)
  #lastQuestion = 0
  #requests: ClientRequest[] = []
  #probe = 0
  #answered = 0
  #ended = false

  constructor(port: MessagePort, events: LinkEvents) {
    this.#port = port
    this.#events = events
    port.onmessage = ({ data }: MessageEvent<FromReplica>) => this.#receive(data)
    this.#prober = setInterval(() => this.#check(), probeMs)
  }

  /** Goes out at the end of the present task, in order with the others. */
  request(request: ClientRequest): void {
    this.#requests.push(request)
    if (this.#requests.length > 1) return
    queueMicrotask(() => {
      const requests = this.#requests
      this.#requests = []
      this.#post({ type: 'requests', requests })
    })
  }

  /** Asks the worker itself. Rejects with a KeeperError when no answer comes. */
  ask(question: Question, options?: CallOptions): Promise<Answer> {
    if (this.#ended) return Promise.reject(new KeeperError('Closed', 'the replica is not reached any more'))
    const id = ++this.#lastQuestion
    const answer = this.#questions.wait<Answer>(id, question.type, options)
    this.#post({ type: 'ask', id, question })
    return answer
  }

  observe(status: boolean, decisions: boolean): void {
    this.#post({ type: 'observe', status, decisions })
  }

  /** The worker is known to be dead, whatever the probes say. */
  died(message: string): void {
    this.#end('WorkerDied', message)
  }

  close(): void {
    this.#post({ type: 'leave' })
    this.#ended = true
    this.#questions.rejectAll(new KeeperError('Closed', 'the replica is not reached any more'))
    clearInterval(this.#prober)
    this.#port.close()
  }

  #receive(message: FromReplica): void {
    if (this.#ended) return
    this.#answered = this.#probe
    switch (message.type) {
      case 'events':
        for (const event of message.events) this.#events.event(event)
        return
      case 'status':
        return this.#events.status(message.status)
      case 'decisions':
        return this.#events.decisions(message.decisions)
      case 'pong':
        return
      case 'answer':
        this.#questions.resolve(message.id, message.answer)
        return
      case 'stopped':
        return this.#end('ReplicaStopped', `${message.reason.code}: ${message.reason.message}`)
    }
  }

  #check(): void {
    if (this.#probe - this.#answered >= probesMissedMax)
      return this.#end('WorkerDied', `the worker was silent for ${(probesMissedMax * probeMs) / 1000} s`)
    this.#probe++
    this.#post({ type: 'probe', id: this.#probe })
  }

  #end(code: 'ReplicaStopped' | 'WorkerDied', message: string): void {
    if (this.#ended) return
    this.close()
    this.#events.stopped(code, message)
  }

  #post(message: ToReplica): void {
    if (!this.#ended) this.#port.postMessage(message)
  }
}
