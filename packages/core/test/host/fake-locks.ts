/** Web Locks for tests: one profile's manager, with modes, queues, `ifAvailable`, `signal`, `steal` and `query`. */

type Callback = (lock: Lock | null) => unknown

interface Entry {
  readonly name: string
  readonly mode: LockMode
  readonly callback: Callback
  readonly settle: { resolve(value: unknown): void; reject(reason: unknown): void }
}

export class FakeLocks {
  #held: Entry[] = []
  #pending: Entry[] = []

  request = (name: string, ...rest: [Callback] | [LockOptions, Callback]): Promise<unknown> => {
    const [options, callback] = rest.length === 1 ? [{}, rest[0]] : rest
    const { mode = 'exclusive', ifAvailable = false, steal = false, signal } = options
    return new Promise((resolve, reject) => {
      const entry: Entry = { name, mode, callback, settle: { resolve, reject } }
      if (signal?.aborted) return reject(signal.reason)
      if (steal) {
        for (const held of this.#held.filter(each => each.name === name))
          held.settle.reject(new DOMException('stolen', 'AbortError'))
        this.#held = this.#held.filter(each => each.name !== name)
        this.#pending.unshift(entry)
      } else if (ifAvailable && !this.#canGrant(entry)) {
        return queueMicrotask(() => resolve(callback(null)))
      } else this.#pending.push(entry)
      signal?.addEventListener('abort', () => {
        if (!this.#pending.includes(entry)) return
        this.#pending = this.#pending.filter(each => each !== entry)
        reject(signal.reason)
        this.#grant()
      })
      this.#grant()
    })
  }

  query = async () => {
    const show = ({ name, mode }: Entry) => ({ name, mode, clientId: 'client' })
    return { held: this.#held.map(show), pending: this.#pending.map(show) }
  }

  /** As the code under test wants it. */
  get manager(): LockManager {
    return this as unknown as LockManager
  }

  get heldNames(): string[] {
    return this.#held.map(({ name }) => name)
  }

  #canGrant(entry: Entry): boolean {
    const before = this.#pending.slice(
      0,
      this.#pending.includes(entry) ? this.#pending.indexOf(entry) : undefined,
    )
    return [...this.#held, ...before].every(
      other => other.name !== entry.name || (other.mode === 'shared' && entry.mode === 'shared'),
    )
  }

  #grant(): void {
    for (const entry of [...this.#pending]) {
      if (!this.#canGrant(entry)) continue
      this.#pending = this.#pending.filter(each => each !== entry)
      this.#held.push(entry)
      queueMicrotask(() => void this.#run(entry))
    }
  }

  async #run(entry: Entry): Promise<void> {
    try {
      entry.settle.resolve(await entry.callback({ name: entry.name, mode: entry.mode }))
    } catch (reason) {
      entry.settle.reject(reason)
    }
    this.#held = this.#held.filter(each => each !== entry)
    this.#grant()
  }
}
