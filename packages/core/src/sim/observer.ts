/** What checkers see of a run, as it happens. They look, and throw a Violation; they never change anything. */
import type { NodeId } from '../logic/base/ids.ts'
import type { Persist, Recovered } from '../logic/consensus/engine.ts'
import type { Replica } from '../logic/replica/replica.ts'
import type { Step } from '../logic/replica/step.ts'
import type { StateMachine } from '../logic/state/contract.ts'
import type { PeerMessage } from '../logic/wire/envelope.ts'

/** A replica that runs. */
export interface Running {
  readonly id: NodeId
  /** Counts the starts of this replica. */
  readonly incarnation: number
  readonly replica: Replica
  readonly machine: StateMachine
}

export interface Observer {
  /** A replica starts from what its disk gave back. */
  started?(running: Running, recovered: Recovered): void
  /** A step was taken; nothing of it is performed yet. */
  stepped?(running: Running, step: Step): void
  /** Messages leave, those to the replica itself among them. */
  sent?(running: Running, to: NodeId, messages: readonly PeerMessage[]): void
  /** A write of `node` is durable. */
  wrote?(node: NodeId, persist: Persist): void
}

/** Tells all of `observers`, in their order. */
export class Observers implements Required<Observer> {
  readonly #observers: readonly Observer[]

  constructor(observers: readonly Observer[]) {
    this.#observers = observers
  }

  started(running: Running, recovered: Recovered): void {
    for (const observer of this.#observers) observer.started?.(running, recovered)
  }

  stepped(running: Running, step: Step): void {
    for (const observer of this.#observers) observer.stepped?.(running, step)
  }

  sent(running: Running, to: NodeId, messages: readonly PeerMessage[]): void {
    for (const observer of this.#observers) observer.sent?.(running, to, messages)
  }

  wrote(node: NodeId, persist: Persist): void {
    for (const observer of this.#observers) observer.wrote?.(node, persist)
  }
}
