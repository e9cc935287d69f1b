/**
 * Signaling whose peers have proven who they are, over one that believes anybody. Each side signs its presence and every signal by
 * its node's key; whatever comes without a good signature is dropped and counted, and who listens never hears of it. So whoever
 * carries signals can lose them, and cannot speak as somebody else: descriptions of connections, and with them the fingerprints
 * of their keys, are those of the node itself.
 *
 * What it does not know: secrets (sealed.ts), and whether a proven node is one that anybody wants.
 */
import { type NodeKey, nodeIdOf, sign, verify } from '@peerkeeper/core/transport'
import { instancesMax } from '../../wire/limits.ts'
import type { Peer, Signaling, SignalingEvent } from './contract.ts'
import { createLeaving } from './leaving.ts'
import { encodeProof, encodeSigned, parseProof, parseSigned, presenceBytes, signalBytes } from './proof.ts'
import { countRefusals, type Refusal, type Refusals, sumOfRefusals } from './refusals.ts'
import { createTurns } from './turns.ts'

export interface ProvenSignaling extends Signaling {
  refused(): Refusals
}

/** What is known of one instance. */
interface Proven {
  readonly peer: Peer
  readonly publicKey: Uint8Array
  /** Of its last good signal. Invariant: only rises, also while it is away. */
  sequence: number
  isAway: boolean
}

/** `inner` with proofs by `key`, the key of the node that will join. `inner` belongs to it from now on. */
export function provenSignaling(inner: Signaling, key: NodeKey): ProvenSignaling {
  const instances = new Map<string, Proven>()
  const refusals = countRefusals()
  let self: Peer | undefined
  let sink: (event: SignalingEvent) => void = () => undefined
  let isOver = false
  let sequence = 0
  const dropped = () => refusals.add('dropped')
  const leaving = createLeaving(dropped)

  const turns = createTurns({
    isKnown: instance => instances.has(instance),
    refuse: refusals.add,
    tell(event) {
      const instance = event.type === 'peer' ? event.peer.instance : event.type === 'left' && event.instance
      const proven = instance === false ? undefined : instances.get(instance)
      if (proven !== undefined) proven.isAway = event.type === 'left'
      sink(event)
    },
    async judge(event) {
      const from = event.type === 'peer' ? event.peer : event.from
      const refusal = await prove(from)
      if (refusal !== undefined || event.type === 'peer') return refusal ?? event
      const text = await judgeSignal(from, event.data)
      return 'refusal' in text ? text.refusal : { ...event, data: text.text }
    },
  })

  async function join(as: Peer): Promise<void> {
    const signature = await sign(key, presenceBytes(as.ensemble, as))
    if (isOver) return
    inner.join({ ...as, proof: encodeProof({ publicKey: key.publicKey, signature }) }, turns.take)
  }

  /** Whether `peer` is who it says: undefined, or why not. An instance is one node for as long as it is there. */
  async function prove(peer: Peer): Promise<Refusal | undefined> {
    const { node, ensemble, instance, proof = '' } = peer
    const known = instances.get(instance)
    if (known?.peer.node === node && known.peer.ensemble === ensemble && known.peer.proof === proof)
      return undefined
    const shown = parseProof(proof)
    if (shown === undefined) return 'unproven'
    if (known !== undefined && !known.isAway && known.peer.node !== node) return 'otherKey'
    if ((await nodeIdOf(shown.publicKey)) !== node) return 'otherKey'
    if (!(await verify(shown.publicKey, presenceBytes(ensemble, peer), shown.signature)))
      return 'badSignature'
    const last = known?.peer.node === node ? known.sequence : 0
    instances.set(instance, { peer, publicKey: shown.publicKey, sequence: last, isAway: false })
    forgetOne()
    return undefined
  }

  /** Keeps at most `instancesMax`: one that went away is forgotten first, else who came first. */
  function forgetOne(): void {
    if (instances.size <= instancesMax) return
    let oldest: string | undefined
    for (const [instance, { isAway }] of instances) {
      oldest ??= instance
      if (isAway) {
        oldest = instance
        break
      }
    }
    if (oldest !== undefined) instances.delete(oldest)
  }

  async function judgeSignal(
    from: Peer,
    data: string,
  ): Promise<{ readonly text: string } | { readonly refusal: Refusal }> {
    const signed = parseSigned(data)
    const known = instances.get(from.instance)
    if (signed === undefined || known === undefined || self === undefined) return { refusal: 'malformed' }
    if (signed.sequence <= known.sequence) return { refusal: 'replayed' }
    if (!(await verify(known.publicKey, signalBytes(from.ensemble, from, self, signed), signed.signature)))
      return { refusal: 'badSignature' }
    known.sequence = signed.sequence
    return { text: signed.text }
  }

  async function signed(from: Peer, to: Peer, text: string): Promise<string> {
    sequence += 1
    const numbered = { sequence, text }
    const signature = await sign(key, signalBytes(from.ensemble, from, to, numbered))
    return encodeSigned({ ...numbered, signature })
  }

  return {
    join(as, listener) {
      if (self !== undefined || isOver) return
      self = as
      sink = listener
      join(as).catch(dropped)
    },
    send(instance, text) {
      const to = instances.get(instance)?.peer
      if (isOver || self === undefined || to === undefined) return
      const from = self
      leaving.send(
        () => signed(from, to, text),
        data => {
          if (!isOver) inner.send(instance, data)
        },
      )
    },
    ...(inner.relay === undefined ? {} : { relay: inner.relay }),
    leave() {
      isOver = true
      turns.close()
      inner.leave()
    },
    refused: () => sumOfRefusals([refusals.all(), inner.refused?.()]),
  }
}
