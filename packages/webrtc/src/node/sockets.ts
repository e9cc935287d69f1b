/** The sockets that a member opens. Knows when they have closed: until then what they were given last may not have left. */
import { once } from 'node:events'
import { WebSocket as NodeWebSocket } from 'ws'

export interface Sockets {
  /** Opens one, as a page's WebSocket. */
  readonly open: (url: string) => WebSocket
  /** Resolves when all have closed, and at the latest after `ms`. Never rejects. */
  closed(ms: number): Promise<void>
}

export function createSockets(): Sockets {
  const sockets = new Set<NodeWebSocket>()
  return {
    open(url) {
      const socket = new NodeWebSocket(url)
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      return socket as unknown as WebSocket
    },
    async closed(ms) {
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise<void>(resolve => {
        timer = setTimeout(resolve, ms)
      })
      await Promise.race([late, Promise.allSettled([...sockets].map(socket => once(socket, 'close')))])
      clearTimeout(timer)
    },
  }
}
