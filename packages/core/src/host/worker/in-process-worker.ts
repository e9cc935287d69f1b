/**
 * A replica of the same process for clients that want a Worker: what `connect` needs of one, over a MessageChannel, and a service at
 * its other end. Does not know what is said.
 */
import { expose } from 'comlink'
import type { ReplicaService } from './protocol.ts'

/** A worker for one client of `service`, which it may open, close and terminate: the replica goes on. */
export function workerOf(service: ReplicaService): Worker {
  const { port1, port2 } = new MessageChannel()
  const ofOneClient: ReplicaService = {
    open: (_options, stream) => service.attach(stream),
    attach: service.attach,
    deleteReplica: service.deleteReplica,
    deleteRoom: service.deleteRoom,
    close: () => Promise.resolve(),
  }
  expose(ofOneClient, port2)
  return new InProcessWorker(port1) as unknown as Worker
}

export class InProcessWorker implements Pick<Worker, 'postMessage' | 'terminate'> {
  readonly #port: MessagePort

  constructor(port: MessagePort) {
    this.#port = port
    port.start()
  }

  postMessage(message: unknown, transfer: Transferable[] | StructuredSerializeOptions = []): void {
    this.#port.postMessage(message, Array.isArray(transfer) ? transfer : (transfer.transfer ?? []))
  }

  addEventListener(type: string, listener: EventListenerOrEventListenerObject): void {
    this.#port.addEventListener(type, listener)
  }

  removeEventListener(type: string, listener: EventListenerOrEventListenerObject): void {
    this.#port.removeEventListener(type, listener)
  }

  terminate(): void {
    this.#port.close()
  }
}
