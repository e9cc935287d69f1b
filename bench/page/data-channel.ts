/** A bare data channel between two pages, ordered and reliable: what one round trip costs with nothing of ours around it. */
import { type LoadResult, load } from '../shared/load.mjs'

const messageBytes = 100
let connection: RTCPeerConnection | null = null
let channel: RTCDataChannel | null = null

/** The side that measures. Resolves with its offer, candidates included. */
export async function offer(): Promise<string> {
  connection = new RTCPeerConnection({ iceServers: [] })
  channel = connection.createDataChannel('floor')
  channel.binaryType = 'arraybuffer'
  return describedBy(connection, await connection.createOffer())
}

/** The side that echoes. Resolves with its answer, candidates included. */
export async function answer(offered: string): Promise<string> {
  const echoing = new RTCPeerConnection({ iceServers: [] })
  connection = echoing
  echoing.ondatachannel = event => {
    const echo = event.channel
    channel = echo
    echo.binaryType = 'arraybuffer'
    echo.onmessage = message => echo.send(message.data as ArrayBuffer)
  }
  await echoing.setRemoteDescription({ type: 'offer', sdp: offered })
  return describedBy(echoing, await echoing.createAnswer())
}

export async function accept(answered: string): Promise<void> {
  if (connection === null || channel === null) throw new Error('offer first')
  const opening = channel
  await connection.setRemoteDescription({ type: 'answer', sdp: answered })
  if (opening.readyState !== 'open')
    await new Promise(resolve => opening.addEventListener('open', resolve, { once: true }))
}

export function roundTrips(ms: number): Promise<LoadResult> {
  const open = channel
  if (open === null) throw new Error('no channel')
  const message = new Uint8Array(messageBytes)
  const once = () =>
    new Promise(resolve => {
      open.onmessage = resolve
      open.send(message)
    })
  return load(once, { inFlight: 1, ms })
}

async function describedBy(of: RTCPeerConnection, description: RTCSessionDescriptionInit): Promise<string> {
  const gathered = new Promise<void>(resolve => {
    of.onicegatheringstatechange = () => {
      if (of.iceGatheringState === 'complete') resolve()
    }
  })
  await of.setLocalDescription(description)
  await gathered
  return of.localDescription?.sdp ?? ''
}
