/**
 * A page of a virtual device, with the keeper in it: finds the device's replica again and again, as a tab does that has a
 * seat at the tab that hosts it. Does not know who hosts, or what is said.
 */
import { goesOn, type Reach, type ReachOptions } from '../../client/reach.ts'
import type { Surroundings, WayToReplica } from '../../client/surroundings.ts'
import * as toReplica from '../../client/to-replica.ts'
import type { Opening, StreamPort } from '../../host/worker/protocol.ts'
import type { VirtualProcess } from './process.ts'

/** A seat at the replica: what it opened, and this page's end of the stream to it. */
export interface VirtualSeat {
  readonly opening: Opening
  readonly port: StreamPort
}

export interface PageParts {
  readonly process: VirtualProcess
  randomId(): string
  /** A seat at the device's replica; null while that does not run. */
  seat(process: VirtualProcess): Promise<VirtualSeat> | null
}

export class VirtualPage implements Surroundings {
  readonly #parts: PageParts
  #options: ReachOptions | null = null
  #isOver = false

  constructor(parts: PageParts) {
    this.#parts = parts
  }

  get process(): VirtualProcess {
    return this.#parts.process
  }

  get clock(): VirtualProcess {
    return this.#parts.process
  }

  randomId(): string {
    return this.#parts.randomId()
  }

  async wayToReplica(): Promise<WayToReplica> {
    return { ...toReplica, reach: options => this.#reach(options) }
  }

  #reach(options: ReachOptions): Reach {
    this.#options = options
    const over = async (): Promise<void> => {
      this.#isOver = true
    }
    // A reach tells nobody anything before it is returned.
    this.process.after(0, () => this.sit())
    return {
      lost: ending => {
        if (this.#isOver || !goesOn(ending)) return false
        this.process.after(0, () => this.sit())
        return true
      },
      pageHides: () => undefined,
      close: over,
      abandon: () => void over(),
    }
  }

  /** The device's replica may have begun to run: takes a seat at it. */
  sit(): void {
    this.process.whenAwake(() => {
      if (this.#options === null || this.#isOver) return
      this.#parts.seat(this.process)?.then(
        place => this.#isOver || this.process.isDead || this.#options?.placed(place),
        // It ended meanwhile; there will be another.
        () => undefined,
      )
    })
  }
}
