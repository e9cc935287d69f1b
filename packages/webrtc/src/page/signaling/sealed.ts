/**
 * Signaling sealed by a room's secret, over a way that anybody may run: who carries it sees random names, and texts that it can
 * neither read nor change, and what others put into it is dropped and counted. Each text is bound to its sender's instance, its
 * receiver's, and its kind. Does not know who the members are that have the secret; they prove it to each other (proven.ts).
 *
 *     what is said                        what is carried, in a room of a derived name
 *     presence: node, ensemble, proof     a peer that is called like all others, its presence sealed in the place of a proof
 *     signal                              sealed text
 */
import { ensembleId, nodeId } from '@peerkeeper/core/transport'
import { parseJson } from '../../wire/guards.ts'
import { instancesMax } from '../../wire/limits.ts'
import type { Peer, Signaling, SignalingEvent } from './contract.ts'
import { relayOf } from './late.ts'
import { createLeaving } from './leaving.ts'
import { parsePeer } from './peer.ts'
import { countRefusals, type Refusal, type Refusals, sumOfRefusals } from './refusals.ts'
import type { RoomKeys } from './room-keys.ts'
import { createTurns } from './turns.ts'

export { roomKeys } from './room-keys.ts'

export interface SealedSignaling extends Signaling {
  refused(): Refusals
}

/** What all sealed peers are called on the way. */
const disguise = { node: nodeId('sealed'), ensemble: ensembleId('sealed') }

interface Opened {
  readonly sealed: string
  readonly peer: Peer
}

/** Signaling by the way that `wayIn` makes for a room's derived name, once `deriving` has it. */
export function sealedSignaling(
  deriving: Promise<RoomKeys>,
  wayIn: (name: string) => Signaling,
): SealedSignaling {
  const peers = new Map<string, Opened>()
  const refusals = countRefusals()
  let keys: RoomKeys | undefined
  let way: Signaling | undefined
  let self: Peer | undefined
  let sink: (event: SignalingEvent) => void = () => undefined
  let isOver = false
  const dropped = () => refusals.add('dropped')
  const leaving = createLeaving(dropped)

  const turns = createTurns({
    isKnown: instance => peers.has(instance),
    refuse: refusals.add,
    tell(event) {
      if (event.type === 'left') peers.delete(event.instance)
      sink(event)
    },
    async judge(event): Promise<SignalingEvent | Refusal> {
      if (event.type === 'peer') {
        const peer = await open(event.peer)
        return peer === undefined ? 'unsealed' : { type: 'peer', peer }
      }
      const from = await open(event.from)
      const about = ['signal', event.from.instance, self?.instance ?? '']
      const data = from && (await keys?.open(event.data, about))
      return from === undefined || data === undefined ? 'unsealed' : { type: 'signal', from, data }
    },
  })

  async function join(as: Peer): Promise<void> {
    keys = await deriving
    const { node, ensemble, instance, proof } = as
    const card = JSON.stringify({ node, ensemble, proof })
    const sealed = await keys.seal(card, ['presence', instance])
    if (isOver) return
    way = wayIn(keys.name)
    way.join({ ...disguise, instance, proof: sealed }, turns.take)
  }

  /** Who `peer` is, or undefined where it does not have the secret. */
  async function open({ instance, proof: sealed = '' }: Peer): Promise<Peer | undefined> {
    const known = peers.get(instance)
    if (known?.sealed === sealed) return known.peer
    const card = parseJson((await keys?.open(sealed, ['presence', instance])) ?? '')
    const peer = parsePeer(typeof card === 'object' ? { ...card, instance } : undefined)
    if (peer === undefined) return undefined
    peers.set(instance, { sealed, peer })
    for (const [oldest] of peers) if (peers.size > instancesMax) peers.delete(oldest)
    return peer
  }

  return {
    join(as, listener) {
      if (self !== undefined || isOver) return
      self = as
      sink = listener
      join(as).catch(dropped)
    },
    send(instance, data) {
      if (isOver || self === undefined || keys === undefined) return
      const by = keys
      const about = ['signal', self.instance, instance]
      leaving.send(
        () => by.seal(data, about),
        sealed => {
          if (!isOver) way?.send(instance, sealed)
        },
      )
    },
    relay: relayOf(() => way?.relay),
    leave() {
      isOver = true
      turns.close()
      way?.leave()
    },
    refused: () => sumOfRefusals([refusals.all(), way?.refused?.()]),
  }
}
