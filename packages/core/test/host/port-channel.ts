/** A MessagePort as a data channel: what Node can transfer. Open from the beginning, and says so to nobody. */
import type { Channel } from '../../src/host/transport/lane/channel.ts'

export function portChannel(port: MessagePort): Channel {
  let isOpen = true
  return {
    get isOpen() {
      return isOpen
    },
    bufferedAmount: 0,
    bufferedAmountLowThreshold: 0,
    listen(events) {
      port.onmessage = ({ data }) => events.message(data)
      port.addEventListener('close', () => {
        if (!isOpen) return
        isOpen = false
        events.closed()
      })
    },
    send(bytes) {
      const own = bytes.slice()
      port.postMessage(own.buffer, [own.buffer])
    },
    close() {
      isOpen = false
      port.close()
    },
  }
}
