/**
 * The arbiter between devices, as apps make it. A room is founded once: what asks the server (asking.ts) is loaded when there is
 * something to ask.
 */
import type { FoundingArbiter } from '@peerkeeper/core/transport'
import type { Timers } from '../../../wire/timers.ts'
import { loadAgain } from '../../loading.ts'
import { bytesOfSecret } from '../secret.ts'

export interface WebSocketArbiterOptions {
  /** The server, `wss://...`. */
  readonly url: string
  /** The room whose ensemble is asked for, as its signaling names it: 1 to 128 characters. */
  readonly room: string
  /**
   * The secret of that signaling, where it has one: the server then learns neither the room's name nor what its ensembles are
   * called, and an ensemble that somebody without it has named is not believed.
   */
  readonly secret?: string
  /** What the server asks of those who use it; it travels in the first message. */
  readonly token?: string
  /** How long one attempt may take before the question is put again, in milliseconds. Default 3,500. */
  readonly timeoutMs?: number
  /** Told why an attempt came to nothing: the close code (see closeCodes; 0 when there is none) and words. */
  readonly onFailure?: (code: number, reason: string) => void
  /** Default: the page's own. */
  readonly timers?: Timers
  /** Uniform in [0, 1). Default Math.random. */
  readonly random?: () => number
  /** Opens a socket. Default `new WebSocket(url)`. */
  readonly openSocket?: (url: string) => WebSocket
}

/**
 * An arbiter between devices: the compare-and-set of a `peerkeeper-signaling` server. Both calls try again, with pauses of half a
 * second up to half a minute, until the server answers or `signal` aborts; then they reject with the signal's reason. They reject at once
 * with an Error that says why when the server refuses and would refuse again: a wrong token, another origin, no place for one more
 * founding, a room that is no room's name. Throws a TypeError where the secret is none of {@link createSecret}'s.
 */
export function webSocketArbiter(options: WebSocketArbiterOptions): FoundingArbiter {
  const { secret, room } = options
  if (secret !== undefined) bytesOfSecret(secret)
  const parts = () =>
    Promise.all([import('./asking.ts'), secret === undefined ? undefined : import('../sealed.ts')])
  const load = async (signal: AbortSignal) => {
    const failed = (reason: string) => options.onFailure?.(0, reason)
    const [{ askingArbiter }, sealed] = await loadAgain(parts, options, signal, failed)
    return askingArbiter(options, secret === undefined ? undefined : sealed?.roomKeys(secret, room))
  }
  return {
    found: async (candidate, signal) => (await load(signal)).found(candidate, signal),
    replace: async (current, next, signal) => (await load(signal)).replace(current, next, signal),
  }
}
