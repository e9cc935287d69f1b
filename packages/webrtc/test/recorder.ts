/** One who joins signaling and writes down what it hears. */
import { ensembleId, nodeId } from '@peerkeeper/core/transport'
import type { Peer, Signaling } from '../src/page/signaling/contract.ts'

export interface Recorder {
  readonly peer: Peer
  readonly signaling: Signaling
  /** `peer b`, `left b`, `signal b: text`, `bytes b: 1,2,3`, by instance. */
  readonly heard: string[]
}

export function recorder(signaling: Signaling, instance: string): Recorder {
  const peer: Peer = { node: nodeId(`node-${instance}`), ensemble: ensembleId('ensemble'), instance }
  const heard: string[] = []
  signaling.join(peer, event => {
    switch (event.type) {
      case 'peer':
        heard.push(`peer ${event.peer.instance}`)
        return
      case 'left':
        heard.push(`left ${event.instance}`)
        return
      case 'signal':
        heard.push(`signal ${event.from.instance}: ${event.data}`)
        return
      case 'relayed':
        heard.push(`bytes ${event.instance}: ${event.bytes.join()}`)
    }
  })
  return { peer, signaling, heard }
}
