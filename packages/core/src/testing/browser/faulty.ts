/**
 * A way to other devices that tests can cut: wraps a page transport, and drops what crosses it while it is cut. Whoever is cut
 * off is not told, nor are the others. All frames then go through the page: none over channels that its worker would hold.
 */
import type { PageTransport } from '../../host/transport/port-protocol.ts'

/** What does not get through: nothing that this page sends, nothing that it is sent, or neither. */
export type Cut = 'out' | 'in' | 'both'

export interface FaultyTransport extends PageTransport {
  /** Frames are dropped from now on, in place of what was cut before. */
  cutOff(cut?: Cut): void
  /** Frames get through again. What was dropped stays so. */
  rejoin(): void
}

/** Where the tests' side finds those of a page: see playwright.ts. */
const registered = Symbol.for('peerkeeper.faulty')

/**
 * `transport`, to be cut by tests: `transports: () => [faulty(webrtc({ signaling }))]`. In tests only: frames are slower by the
 * way through the page.
 */
export function faulty(transport: PageTransport): FaultyTransport {
  let cut: Cut | null = null
  const own: FaultyTransport = {
    attach(worker) {
      const { port1: inner, port2 } = new MessageChannel()
      worker.onmessage = ({ data }: MessageEvent<{ readonly type: string }>) => {
        if (data.type === 'send' && (cut === 'out' || cut === 'both')) return
        inner.postMessage(data.type === 'start' ? { ...data, takesChannels: false } : data)
      }
      inner.onmessage = ({ data }: MessageEvent<{ readonly type: string }>) => {
        if (data.type === 'frame' && (cut === 'in' || cut === 'both')) return
        worker.postMessage(data)
      }
      transport.attach(port2)
    },
    links: () => transport.links(),
    close: () => transport.close(),
    farewell: () => {
      if (cut === null || cut === 'in') transport.farewell()
      else transport.close()
    },
    cutOff(wanted = 'both') {
      cut = wanted
    },
    rejoin() {
      cut = null
    },
  }
  const page = globalThis as { [registered]?: FaultyTransport[] }
  page[registered] = [...(page[registered] ?? []), own]
  return own
}
