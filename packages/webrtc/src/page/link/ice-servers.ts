/** The STUN and TURN servers of each attempt: a list that stays, or what the app says when it is asked. */
import type { Timers } from '@peerkeeper/core/transport'
import { iceServersTimeoutMs } from '../../wire/limits.ts'

/**
 * STUN and TURN servers as RTCPeerConnection takes them. A function is asked at each attempt to connect, so that it can give
 * credentials that expire; attempts that begin while it is being asked share its answer.
 */
export type IceServers =
  | readonly RTCIceServer[]
  | (() => readonly RTCIceServer[] | Promise<readonly RTCIceServer[]>)

export interface ServersOfAttempt {
  readonly iceServers: readonly RTCIceServer[]
  /** Why these are older ones, or none. */
  readonly error: string | undefined
}

/**
 * Gives the servers for one attempt: at once where they are a list. A function that throws, rejects or takes longer than
 * iceServersTimeoutMs costs nothing but newer servers: those that it gave last are used. Never rejects.
 */
export function serversOf(
  servers: IceServers,
  timers: Timers,
): () => ServersOfAttempt | Promise<ServersOfAttempt> {
  if (typeof servers !== 'function') return () => ({ iceServers: servers, error: undefined })
  const give = servers
  let last: readonly RTCIceServer[] = []
  let asking: Promise<ServersOfAttempt> | undefined

  async function ask(): Promise<ServersOfAttempt> {
    try {
      last = await inTime(timers, async () => give())
      return { iceServers: last, error: undefined }
    } catch (error) {
      return { iceServers: last, error: error instanceof Error ? error.message : String(error) }
    } finally {
      asking = undefined
    }
  }

  return () => {
    asking ??= ask()
    return asking
  }
}

function inTime<T>(timers: Timers, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`no answer within ${iceServersTimeoutMs} ms`))
    const cancel = timers.after(iceServersTimeoutMs, late)
    run().then(resolve, reject).finally(cancel)
  })
}
