/**
 * The arbiter of a room, from within a worker: the app's own lives in the page, and is asked over a port. Who does not want
 * the answer any more says so; a page that dies takes its worker with it. Does not know what an answer means.
 *
 *   worker                               page
 *    | found(id, candidate)               |
 *    |----------------------------------->|  asks the app's arbiter
 *    |                 stands(id, ensemble)|
 *    |<-----------------------------------|  or failed(id, message)
 *    | giveUp(id)                         |
 *    |----------------------------------->|  aborts the app's arbiter
 */
import type { EnsembleId } from '../../logic/base/ids.ts'
import type { FoundingArbiter } from '../arbiter.ts'

export type ToArbiter =
  | { readonly type: 'found'; readonly id: number; readonly candidate: EnsembleId }
  | { readonly type: 'replace'; readonly id: number; readonly current: EnsembleId; readonly next: EnsembleId }
  | { readonly type: 'giveUp'; readonly id: number }

export type FromArbiter =
  /** Whatever the app's arbiter answered: checked by who asked. */
  | { readonly type: 'stands'; readonly id: number; readonly ensemble: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }

type Question = Exclude<ToArbiter, { type: 'giveUp' }>
type Unnumbered<Q> = Q extends Question ? Omit<Q, 'id'> : never

export function portArbiter(port: MessagePort): FoundingArbiter {
  const waiting = new Map<number, (answer: FromArbiter) => void>()
  let lastId = 0
  const say = (message: ToArbiter) => port.postMessage(message)
  port.onmessage = ({ data }: MessageEvent<FromArbiter>) => waiting.get(data.id)?.(data)

  const ask = (question: Unnumbered<Question>, signal: AbortSignal): Promise<EnsembleId> =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      const onAbort = () => {
        waiting.delete(id)
        say({ type: 'giveUp', id })
        reject(signal.reason)
      }
      if (signal.aborted) return reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      waiting.set(id, answer => {
        waiting.delete(id)
        signal.removeEventListener('abort', onAbort)
        if (answer.type === 'stands') resolve(answer.ensemble as EnsembleId)
        else reject(new Error(answer.message))
      })
      say({ ...question, id })
    })

  return {
    found: (candidate, signal) => ask({ type: 'found', candidate }, signal),
    replace: (current, next, signal) => ask({ type: 'replace', current, next }, signal),
  }
}
