/**
 * Asks the signaling server who founds a room: over a socket of its own, which is closed when the answer is there. The server
 * gives one asker the word and tells all others who has it; an answer that was lost is asked for again and is the same.
 */
import { type EnsembleId, ensembleId, type FoundingArbiter } from '@peerkeeper/core/transport'
import { foundingAnswerMs, reconnectMsMax, reconnectMsMin } from '../../../wire/limits.ts'
import {
  type ClientMessage,
  closeCodes,
  type FoundingQuestion,
  parseServerMessage,
} from '../../../wire/server-protocol.ts'
import { backoffMs, type Timers } from '../../../wire/timers.ts'
import { pageTimers } from '../../timers.ts'
import type { RoomKeys } from '../room-keys.ts'
import type { WebSocketArbiterOptions } from './arbiter.ts'

/** An arbiter that is there at once, with the keys of the room where it has a secret; see arbiter.ts. */
export function askingArbiter(
  options: Omit<WebSocketArbiterOptions, 'secret'>,
  keys?: Promise<RoomKeys>,
): FoundingArbiter {
  if (keys === undefined) {
    const { room } = options
    const believe = async (answer: string) => answer
    return {
      found: (candidate, signal) =>
        ask(options, { type: 'found', room, ensemble: candidate }, believe, signal),
      replace: (current, next, signal) =>
        ask(options, { type: 'replace', room, current, next }, believe, signal),
    }
  }
  return {
    async found(candidate, signal) {
      const { name: room, mark, unmark } = await keys
      return ask(options, { type: 'found', room, ensemble: await mark(candidate) }, unmark, signal)
    },
    async replace(current, next, signal) {
      const { name: room, mark, unmark } = await keys
      const question = {
        type: 'replace',
        room,
        current: await mark(current),
        next: await mark(next),
      } as const
      return ask(options, question, unmark, signal)
    },
  }
}

/** Tries until there is an answer; `read` gives the ensemble in one, or undefined where nobody has founded what it names. */
function ask(
  options: Omit<WebSocketArbiterOptions, 'secret'>,
  question: FoundingQuestion,
  read: (answer: string) => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<EnsembleId> {
  const { timers = pageTimers, random = Math.random, onFailure = () => {} } = options
  return new Promise((resolve, reject) => {
    let failures = 0
    let cancel = () => {}

    function attempt(): void {
      cancel = askOnce(options, question, timers, {
        stands: answer => void read(answer).then(answered),
        failed,
      })
    }

    function answered(ensemble: string | undefined): void {
      if (signal.aborted) return
      if (ensemble === undefined) return failed(0, 'the answer was not made with the secret of this room')
      signal.removeEventListener('abort', stop)
      resolve(ensembleId(ensemble))
    }

    function failed(code: number, reason: string): void {
      if (finalCodes.includes(code)) {
        onFailure(code, reason)
        signal.removeEventListener('abort', stop)
        return reject(new Error(`the signaling server refuses: ${reason} (${code})`))
      }
      cancel = timers.after(backoffMs(failures, reconnectMsMin, reconnectMsMax, random), attempt)
      failures += 1
      onFailure(code, reason)
    }

    function stop(): void {
      cancel()
      reject(signal.reason)
    }

    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    attempt()
  })
}

interface Outcome {
  stands(answer: string): void
  failed(code: number, reason: string): void
}

/** One socket, one question. Returns what gives it up; otherwise exactly one of `outcome` is called, later. */
function askOnce(
  options: Omit<WebSocketArbiterOptions, 'secret'>,
  question: FoundingQuestion,
  timers: Timers,
  outcome: Outcome,
): () => void {
  const { url, token, timeoutMs = foundingAnswerMs } = options
  const openSocket = options.openSocket ?? (at => new WebSocket(at))
  let socket: WebSocket
  try {
    socket = openSocket(url)
  } catch (error) {
    // A socket that cannot even be tried (a wrong address, a page's policy) fails like one that did not open.
    return timers.after(0, () => outcome.failed(0, String(error)))
  }
  const cancelTimer = timers.after(timeoutMs, () => {
    release()
    outcome.failed(0, 'the server does not answer')
  })

  function release(): void {
    cancelTimer()
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  socket.onopen = () => {
    const message: ClientMessage = token === undefined ? question : { ...question, token }
    socket.send(JSON.stringify(message))
  }
  socket.onmessage = event => {
    const message = typeof event.data === 'string' ? parseServerMessage(event.data) : undefined
    if (message?.type !== 'stands') return
    release()
    outcome.stands(message.ensemble)
  }
  // What went wrong comes with `close`; a WebSocket of Node's ends the process when nobody listens to this.
  socket.onerror = () => {}
  socket.onclose = event => {
    release()
    outcome.failed(event.code, event.reason)
  }
  return release
}

/** Refusals that asking again would not change. */
const finalCodes: readonly number[] = [
  closeCodes.malformed,
  closeCodes.unauthorized,
  closeCodes.originRefused,
  closeCodes.foundingsFull,
]
