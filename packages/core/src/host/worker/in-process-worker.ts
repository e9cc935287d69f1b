/**
 * What `connect` needs of a Worker, over a MessageChannel of the same process. Its other end belongs to whoever serves
 * it. Does not know what is said.
 */
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
