/**
 * Asking the arbiter of a room: in bounded time, whatever it does, and taking nothing for an answer that is none. Does not
 * know what is made of the answer.
 */

import { type EnsembleId, ensembleId, isId } from '../../logic/base/ids.ts'
import type { FoundingArbiter } from '../arbiter.ts'
import { firstOf } from '../time/signals.ts'
import type { ReplaceEnsemble } from './fork-record.ts'
import { IdentityError } from './identity-error.ts'

/** Other tabs of the profile wait meanwhile; and shorter than `connect` takes by itself, so that it can say why. */
const arbiterTimeoutMs = 8_000

/**
 * What `ask` answers, where that is an ensemble's id. Rejects with an IdentityError `ArbiterUnreachable`, or `Aborted` when
 * `signal` ended the wait.
 */
export async function askArbiter(
  room: string,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<unknown>,
): Promise<EnsembleId> {
  const limit = firstOf(AbortSignal.timeout(arbiterTimeoutMs), signal)
  const answer = await untilAborted(limit, () => ask(limit)).catch((cause: unknown) => {
    if (signal.aborted) throw new IdentityError('Aborted', `opening room ${room} was given up`, { cause })
    throw unreachable(room, cause instanceof Error ? cause.message : String(cause), cause)
  })
  if (!isId(answer)) throw unreachable(room, 'what it answers is no ensemble', null)
  return ensembleId(answer)
}

/** What a fork asks of it. Rejects likewise. */
export const replaceBy =
  (arbiter: FoundingArbiter, room: string, signal: AbortSignal): ReplaceEnsemble =>
  (current, next) =>
    askArbiter(room, signal, each => arbiter.replace(current, next, each))

/** Settles as `work` does, or rejects when `signal` is aborted: an arbiter may not care for its signal. */
function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    void Promise.resolve()
      .then(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

const unreachable = (room: string, reason: string, cause: unknown) =>
  new IdentityError(
    'ArbiterUnreachable',
    `the arbiter of room ${room} gives no answer (${reason}): connect again when it can be reached, or by an ` +
      'invitation (ensemble), which needs nobody to decide',
    { cause },
  )
