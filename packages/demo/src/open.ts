/** Opens the keeper of an address: how peers are found, and where an ensemble is kept. */
import { connect, type Keeper, KeeperError } from '@peerkeeper/core'
import {
  broadcastSignaling,
  combineSignaling,
  type SignalingStatus,
  webrtc,
  webSocketSignaling,
} from '@peerkeeper/webrtc'
import { type Address, roomBeside } from './address/address.ts'

export interface OpenEvents {
  signaling(status: SignalingStatus): void
}

/** Resolves before there is a quorum, so that the page can say who is missing. Rejects with a KeeperError when the replica cannot be opened at all. */
export async function openKeeper(address: Address, events: OpenEvents): Promise<Keeper> {
  const { room, ensemble } = address
  try {
    return await attempt(room, address, events)
  } catch (error) {
    if (ensemble === null || !isForeignEnsemble(error)) throw error
    return attempt(roomBeside(room, ensemble), address, events)
  }
}

function attempt(storageRoom: string, address: Address, events: OpenEvents): Promise<Keeper> {
  const { room, ensemble, engine, replicas, signal } = address
  const transport = () => {
    const ways = [broadcastSignaling({ room })]
    if (signal !== null) ways.push(webSocketSignaling({ url: signal, room, onStatus: events.signaling }))
    return webrtc({ signaling: combineSignaling(ways) })
  }
  return connect({
    room: storageRoom,
    engine,
    ...(ensemble === null ? {} : { ensemble }),
    replicas,
    transports: () => [transport()],
    waitFor: 'replica',
  })
}

/** This profile takes part in another ensemble under the same name. */
const isForeignEnsemble = (error: unknown): boolean =>
  error instanceof KeeperError && error.reason === 'ForeignEnsemble'
