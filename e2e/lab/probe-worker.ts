/** A probe's worker: takes the channels that its page hands over, and passes on what it is told and what it hears. */
import { portTransport, type Transport, type WorkerToPage } from '@peerkeeper/core/transport'

let transport: Transport | null = null

addEventListener('message', ({ data }: MessageEvent<MessagePort | WorkerToPage>) => {
  if (data instanceof MessagePort) {
    transport = portTransport(data)
    return
  }
  if (data.type === 'start') transport?.start(data, event => postMessage(event))
  if (data.type === 'send') transport?.send(data.peer, data.lane, data.bytes)
})
