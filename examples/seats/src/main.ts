import { connect, isKeeperError, json } from '@peerkeeper/core'
import { webrtc, webSocketArbiter, webSocketSignaling } from '@peerkeeper/webrtc'

const room = 'cinema'
const server = { url: import.meta.env.VITE_SIGNALING, room }
const keeper = await connect({
  room,
  arbiter: webSocketArbiter(server),
  transports: () => [webrtc({ signaling: webSocketSignaling(server) })],
})
const seats = keeper.with(json<{ by: string }>())
const me = `visitor ${keeper.session}`

async function book(path: string): Promise<string> {
  try {
    await seats.create(path, { by: me })
    return 'yours'
  } catch (error) {
    if (!isKeeperError(error, 'NodeExists')) throw error
    return `taken by ${(await seats.get(path)).data.by}`
  }
}

for (const button of document.querySelectorAll('button'))
  button.onclick = async () => button.append(`: ${await book(`/${button.id}`)}`)
document.body.className = 'open'
