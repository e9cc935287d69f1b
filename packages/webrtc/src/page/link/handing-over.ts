/** Whether this browser hands data channels to workers: found out by trying, once for each page. */
let answer: boolean | undefined

/** Tries it with a channel that nobody uses; false too where there is no WebRTC, or none may be used. */
export function handsChannelsOver(): boolean {
  answer ??= tryIt()
  return answer
}

function tryIt(): boolean {
  const { port1 } = new MessageChannel()
  let connection: RTCPeerConnection | undefined
  try {
    connection = new RTCPeerConnection()
    const channel = connection.createDataChannel('trial')
    port1.postMessage(null, [channel])
    return true
  } catch {
    return false
  } finally {
    port1.close()
    connection?.close()
  }
}
