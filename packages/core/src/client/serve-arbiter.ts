/** The page's end of a worker's arbiter: asks the app's own for it. Knows nothing of what is decided. */

import type { FoundingArbiter } from '../host/arbiter.ts'
import { firstOf } from '../host/time/signals.ts'
import type { FromArbiter, ToArbiter } from '../host/worker/port-arbiter.ts'

/** A port for a worker, at which it is served until `over` is aborted; then also what is being asked is given up. */
export function serveArbiter(arbiter: FoundingArbiter, over: AbortSignal): MessagePort {
  const { port1: port, port2 } = new MessageChannel()
  const asked = new Map<number, AbortController>()
  const say = (message: FromArbiter) => {
    if (!over.aborted) port.postMessage(message)
  }
  const answer = async (question: Exclude<ToArbiter, { type: 'giveUp' }>) => {
    const { id } = question
    const controller = new AbortController()
    asked.set(id, controller)
    const signal = firstOf(controller.signal, over)
    try {
      const ensemble =
        question.type === 'found'
          ? await arbiter.found(question.candidate, signal)
          : await arbiter.replace(question.current, question.next, signal)
      // An app's arbiter may answer what cannot be sent, or what is none: the worker hears that it is no ensemble.
      say({ type: 'stands', id, ensemble: typeof ensemble === 'string' ? ensemble : null })
    } catch (error) {
      say({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) })
    } finally {
      asked.delete(id)
      // Nothing more is to be given up.
      controller.abort()
    }
  }
  port.onmessage = ({ data }: MessageEvent<ToArbiter>) => {
    if (data.type === 'giveUp') asked.get(data.id)?.abort()
    else void answer(data)
  }
  over.addEventListener(
    'abort',
    () => {
      port.onmessage = null
      port.close()
    },
    { once: true },
  )
  return port2
}
