/** An RTCDataChannel as the channel that a lane works on. Only translates. */
import type { Channel } from './channel.ts'

export function rtcChannel(rtc: RTCDataChannel): Channel {
  rtc.binaryType = 'arraybuffer'
  return {
    get isOpen() {
      return rtc.readyState === 'open'
    },
    get bufferedAmount() {
      return rtc.bufferedAmount
    },
    get bufferedAmountLowThreshold() {
      return rtc.bufferedAmountLowThreshold
    },
    set bufferedAmountLowThreshold(bytes) {
      rtc.bufferedAmountLowThreshold = bytes
    },
    listen(events) {
      rtc.onopen = () => events.open()
      rtc.onmessage = event => events.message(event.data)
      rtc.onbufferedamountlow = () => events.drained()
      rtc.onclose = () => events.closed()
      rtc.onerror = () => events.closed()
    },
    send(bytes) {
      rtc.send(bytes)
    },
    close() {
      rtc.onopen = rtc.onmessage = rtc.onbufferedamountlow = rtc.onclose = rtc.onerror = null
      rtc.close()
    },
  }
}
