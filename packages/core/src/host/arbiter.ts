/**
 * Who decides, once for each room, which ensemble it is: where devices share no lock they ask an arbiter that all of them
 * reach. What an arbiter is asked and has to answer; not how it is reached, nor who asks.
 */
import type { EnsembleId } from '../logic/base/ids.ts'

/**
 * One room's register, to which both calls are one atomic step. Durable as far as the arbiter is: one that forgets lets two
 * ensembles be founded in its room, which then refuse each other. Calls reject when there is no answer before `signal` is
 * aborted; the step may have been taken all the same, and is asked for again.
 */
export interface FoundingArbiter {
  /**
   * Compare-and-set: the ensemble of the room, which is `candidate` where there was none. Asked again with the same
   * candidate, as after a crash, it answers the same.
   */
  found(candidate: EnsembleId, signal: AbortSignal): Promise<EnsembleId>
  /** On a person's word, a fork: puts `next` in place of `current` if that stands, and answers what stands then. */
  replace(current: EnsembleId, next: EnsembleId, signal: AbortSignal): Promise<EnsembleId>
}
