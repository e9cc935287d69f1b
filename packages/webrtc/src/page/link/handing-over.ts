/** Whether this browser hands data channels to workers: found out by trying, once for each page. */
let answer: boolean | undefined

/** Tries it with a channel that nobody uses; false too where there is no WebRTC. */
export function handsChannelsOver(): boolean {
  answer ??= tryIt()
  return answer
}

function tryIt(): boolean {
  if (typeof RTCPeerConnection !== 'function') return false
  const connection = new RTCPeerConnection()
  const { port1 } = new MessageChannel()
  try {
    const channel: RTCDataChannel & Partial<Transferable> = connection.createDataChannel('trial')
    port1.postMessage(channel, [channel])
    return true
  } catch {
    return false
  } finally {
    port1.close()
    connection.close()
  }
}
