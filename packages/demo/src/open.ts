/** Opens the keeper of an address: how peers are found, who founds, and where an ensemble is kept. */
import { connect, type Keeper, KeeperError } from '@peerkeeper/core'
import {
  broadcastSignaling,
  combineSignaling,
  type HandSignaling,
  handSignaling,
  type Signaling,
  type SignalingStatus,
  type WebRtcTransport,
  webrtc,
  webSocketArbiter,
  webSocketSignaling,
} from '@peerkeeper/webrtc'
import { type Address, roomBeside } from './address/address.ts'
import { remindMs, sessionTimeoutMs } from './limits.ts'

export interface OpenOptions {
  /** The ensemble to give up for that of the address. */
  readonly abandon?: string | undefined
  worker(): Worker
  /** How devices are met by hand, whenever this page begins to host a replica. */
  hand(hand: HandSignaling): void
  /** How the replica that this page hosts from now on reaches others. */
  transport(transport: WebRtcTransport): void
  /** So many that were met by hand are connected. */
  devices(count: number): void
  signaling(status: SignalingStatus): void
}

/** Resolves before there is a quorum, so that the page can say who is missing. Rejects with a KeeperError when the replica cannot be opened at all. */
export async function openKeeper(address: Address, options: OpenOptions): Promise<Keeper> {
  const { room, ensemble } = address
  try {
    return await attempt(room, address, options)
  } catch (error) {
    if (ensemble === null || !isForeignEnsemble(error)) throw error
    return attempt(roomBeside(room, ensemble), address, options)
  }
}

async function attempt(storageRoom: string, address: Address, options: OpenOptions): Promise<Keeper> {
  const { room, ensemble, engine, replicas, signal, secret } = address
  const server = signal === null ? null : { url: signal, room, ...(secret === null ? {} : { secret }) }
  // What is kept beside the room's own is not what the server knows the room for.
  const isOwn = storageRoom === room
  const arbiter = server !== null && isOwn ? webSocketArbiter(server) : null
  let keeper: Keeper | null = null
  /**
   * A server that keeps its foundings in memory forgets them when it starts anew: told again by whoever is a member and
   * has a quorum, it sends newcomers here. It never replaces what stands.
   */
  const remind = () => {
    if (arbiter === null || keeper?.state !== 'connected') return
    arbiter.found(keeper.ensemble, AbortSignal.timeout(remindMs)).catch(() => undefined)
  }
  const onStatus = (status: SignalingStatus) => {
    options.signaling(status)
    if (status.type === 'online') remind()
  }
  const transport = () => {
    const hand = handSignaling({ onDevices: options.devices })
    options.hand(hand)
    const ways: Signaling[] = [broadcastSignaling({ room }), hand]
    if (server !== null) ways.push(webSocketSignaling({ ...server, onStatus }))
    const made = webrtc({ signaling: combineSignaling(ways) })
    options.transport(made)
    return made
  }
  const { abandon, worker } = options
  keeper = await connect({
    room: storageRoom,
    engine,
    ...(ensemble === null ? {} : { ensemble }),
    ...(ensemble === null || abandon === undefined ? {} : { abandon }),
    ...(arbiter === null ? {} : { arbiter }),
    replicas,
    sessionTimeoutMs,
    transports: () => [transport()],
    worker,
    waitFor: 'replica',
  })
  keeper.on('state', remind)
  return keeper
}

/** This profile takes part in another ensemble under the same name. */
const isForeignEnsemble = (error: unknown): boolean =>
  error instanceof KeeperError && error.reason === 'ForeignEnsemble'
