/** Looks now and then at how the transport of this page reaches others. What comes of it is reach.ts's business. */
import type { WebRtcTransport } from '@peerkeeper/webrtc'
import { waysLookMs } from '../limits.ts'
import type { PathLike, ReachStatus, Seen } from './reach.ts'

export interface Ways {
  /** The transport of the replica that this page hosts from now on. */
  use(transport: WebRtcTransport): void
  /** Called with each status that is drawn: whoever is newly linked is looked at once. */
  seen(status: ReachStatus): Seen
}

/** `changed` is called when there is something new to see. */
export function createWays(changed: () => void): Ways {
  let transport: WebRtcTransport | null = null
  let paths: readonly PathLike[] = []
  let linkedBefore = ''

  async function look(): Promise<void> {
    if (transport === null) return
    paths = await transport.measure()
    changed()
  }
  setInterval(() => void look(), waysLookMs)

  return {
    use(next) {
      transport = next
    },
    seen({ linked }) {
      const linkedNow = linked.join()
      if (linkedNow !== linkedBefore) void look()
      linkedBefore = linkedNow
      return { links: transport?.links() ?? [], paths }
    },
  }
}
