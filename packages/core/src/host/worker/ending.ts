/**
 * When the pages of a replica are told that it has ended, and why: at once; or, where it was stopped for a fork, when it is
 * known what became of that. Does not know how a fork is made.
 */
import type { EnsembleId } from '../../logic/base/ids.ts'
import { ok, type Result } from '../../logic/base/result.ts'
import type { StopReason } from '../runtime/runtime.ts'
import type { Timers } from '../time/clock.ts'
import { openError } from './open-error.ts'
import type { OpenError } from './protocol.ts'

export class Ending {
  readonly #timers: Timers
  /** Lets go of everything, and tells the pages. */
  readonly #over: (reason: StopReason) => void
  /** The fork under way. Asked for twice it is made once. */
  #forking: Promise<Result<EnsembleId, OpenError>> | null = null
  /** Why the replica stopped while a fork was under way. */
  #stopped: StopReason | null = null

  constructor(timers: Timers, over: (reason: StopReason) => void) {
    this.#timers = timers
    this.#over = over
  }

  /** The replica has stopped. */
  stopped(reason: StopReason): void {
    if (this.#forking === null) this.#over(reason)
    else this.#stopped = reason
  }

  /** Has `make` make a fork. One that fails before it stopped the replica has changed nothing. */
  fork(make: () => Promise<EnsembleId>): Promise<Result<EnsembleId, OpenError>> {
    this.#forking ??= this.#fork(make)
    return this.#forking
  }

  async #fork(make: () => Promise<EnsembleId>): Promise<Result<EnsembleId, OpenError>> {
    let result: Result<EnsembleId, OpenError>
    try {
      result = ok(await make())
    } catch (error) {
      result = { ok: false, error: openError(error) }
    }
    // Who asked is answered first: the end is the last thing that they hear.
    this.#timers.after(0, () => this.#settle(result))
    return result
  }

  #settle(result: Result<EnsembleId, OpenError>): void {
    this.#forking = null
    if (result.ok) this.#over(forked(result.value))
    else if (this.#stopped?.code === 'Closed') this.#over(inVain(result.error))
    else if (this.#stopped !== null) this.#over(this.#stopped)
  }
}

const forked = (ensemble: EnsembleId): StopReason => ({
  code: 'Forked',
  ensemble,
  message: `the ensemble was given up for ${ensemble}: connect again to take part in that`,
})

const inVain = ({ code, message }: OpenError): StopReason => ({
  code: 'Closed',
  message: `the replica was stopped for a fork that was not made (${code}: ${message}): connect again`,
})
