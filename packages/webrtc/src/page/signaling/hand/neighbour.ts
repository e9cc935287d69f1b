/** An open line as a neighbour of the hub: messages as JSON, bounded in size, rate and in what waits. */
import { parseJson } from '../../../wire/guards.ts'
import { handTextMax, handTextsBurst, handTextsPerSecond, handWaitingMax } from '../../../wire/limits.ts'
import { createRate } from '../../../wire/rate.ts'
import { type PresenceMessage, parsePresence } from '../presence.ts'
import type { Neighbour } from './hub.ts'
import type { Line } from './line.ts'

/** What to send to the device at the other end. Only signals are ever lost; who does not read them loses the connection. */
export const neighbourOver = (line: Line): Neighbour => ({
  tell(message) {
    if (message.type === 'signal' && line.waiting > handWaitingMax) return
    line.send(JSON.stringify(message))
  },
})

/** Reads what comes over a line. `monotonicMs` gives the time. */
export function createReader(monotonicMs: () => number): Reader {
  const rate = createRate(handTextsPerSecond, handTextsBurst, monotonicMs())
  return text => {
    if (!rate.take(monotonicMs())) return 'flood'
    return text.length > handTextMax ? undefined : parsePresence(parseJson(text))
  }
}

/** A message; undefined where there is none in the text; or that more came than anybody needs. */
export type Reader = (text: string) => PresenceMessage | 'flood' | undefined
