/** What a page says to a replica, and the replica to it, in the same task. */
import type { FromReplica, StreamPort, ToReplica } from '../../src/host/worker/protocol.ts'

export class Port implements StreamPort {
  onmessage: ((event: MessageEvent) => void) | null = null
  readonly said: ToReplica[] = []
  isClosed = false
  /** What a port delivers that was let go of. */
  #listener: ((event: MessageEvent) => void) | null = null

  postMessage(message: unknown): void {
    this.said.push(message as ToReplica)
    this.#listener ??= this.onmessage
  }

  say(message: FromReplica): void {
    const listener = this.onmessage ?? this.#listener
    listener?.({ data: message } as MessageEvent)
  }

  close(): void {
    this.isClosed = true
  }
}
