/**
 * Signaling whose peers have proven who they are, over one that believes anybody. Each side signs its presence and every signal by
 * its node's key; whatever comes without a good signature is dropped and counted, and who listens never hears of it. So whoever
 * carries signals can lose them, and cannot speak as somebody else: descriptions of connections, and with them the fingerprints
 * of their keys, are those of the node itself.
 *
 *     peer, signal  -->  one queue for each instance  -->  proof checked, in order  -->  the listener
 *
 * What it does not know: secrets (sealed.ts), and whether a proven node is one that anybody wants.
 */
import { type NodeKey, nodeIdOf, sign, verify } from '@peerkeeper/core/transport'
import { instancesMax, signalsQueuedMax, signalsQueuedTotalMax, strangersMax } from '../../wire/limits.ts'
import type { Peer, Signaling, SignalingEvent } from './contract.ts'
import { encodeProof, encodeSigned, parseProof, parseSigned, presenceBytes, signalBytes } from './proof.ts'
import { countRefusals, type Refusal, type Refusals } from './refusals.ts'

export interface ProvenSignaling extends Signaling {
  /** What was dropped so far, by reason. */
  refused(): Refusals
}

/** What is known of one instance. */
interface Known {
  /** Events that wait for their turn, oldest first. */
  readonly queue: SignalingEvent[]
  /** Whether one of them is being looked at. */
  isBusy: boolean
  /** Who it has proven to be, and with what. */
  proven: { readonly peer: Peer; readonly publicKey: Uint8Array } | undefined
  /** Of its last good signal. Invariant: only rises, also while it is away. */
  sequence: number
  isAway: boolean
}

/** `inner` with proofs by `key`, the key of the node that will join. `inner` belongs to it from now on. */
export function provenSignaling(inner: Signaling, key: NodeKey): ProvenSignaling {
  const instances = new Map<string, Known>()
  const refusals = countRefusals()
  let self: Peer | undefined
  let sink: (event: SignalingEvent) => void = () => undefined
  let isOver = false
  /** Events in all queues. */
  let queued = 0
  /** Instances that are being looked at and have proven nothing yet. */
  let strangers = 0
  let sequence = 0
  let outgoing = 0
  let lastSent: Promise<void> = Promise.resolve()

  async function join(as: Peer): Promise<void> {
    const signature = await sign(key, presenceBytes(as.ensemble, as))
    if (isOver) return
    inner.join({ ...as, proof: encodeProof({ publicKey: key.publicKey, signature }) }, hear)
  }

  function hear(event: SignalingEvent): void {
    if (isOver) return
    switch (event.type) {
      case 'relayed':
        // What is relayed is sealed for a peer's key, and proves itself.
        return sink(event)
      case 'left':
        return left(event)
      case 'peer':
        return enqueue(event.peer.instance, event)
      case 'signal':
        return enqueue(event.from.instance, event)
    }
  }

  /** What it said before is nobody's any more. */
  function left(event: SignalingEvent & { type: 'left' }): void {
    const known = instances.get(event.instance)
    if (known === undefined) return sink(event)
    queued -= known.queue.length
    known.queue.length = 0
    known.isAway = true
    if (!known.isBusy) return sink(event)
    queued += 1
    known.queue.push(event)
  }

  function enqueue(instance: string, event: SignalingEvent): void {
    const known = instances.get(instance) ?? meet(instance)
    if (known === undefined || known.queue.length >= signalsQueuedMax || queued >= signalsQueuedTotalMax)
      return refusals.add('tooMuch')
    known.isAway = false
    queued += 1
    known.queue.push(event)
    if (!known.isBusy) void drain(instance, known)
  }

  /** Undefined where as many are being looked at as may be: strangers do not take the place of who has proven something. */
  function meet(instance: string): Known | undefined {
    if (strangers >= strangersMax) return undefined
    const known: Known = { queue: [], isBusy: false, proven: undefined, sequence: 0, isAway: false }
    instances.set(instance, known)
    strangers += 1
    return known
  }

  /** Keeps at most `instancesMax` that have proven something: who went away is forgotten first, then who came first. */
  function forgetOne(): void {
    if (instances.size - strangers <= instancesMax) return
    let first: string | undefined
    for (const [instance, { proven, isBusy, isAway }] of instances) {
      if (proven === undefined || isBusy) continue
      first ??= instance
      if (!isAway) continue
      first = instance
      break
    }
    if (first !== undefined) instances.delete(first)
  }

  async function drain(instance: string, known: Known): Promise<void> {
    known.isBusy = true
    for (let event = known.queue.shift(); event !== undefined; event = known.queue.shift()) {
      queued -= 1
      const judged = await judge(event, known)
      if (isOver) return
      if (typeof judged === 'string') refusals.add(judged)
      else sink(judged)
    }
    known.isBusy = false
    if (known.proven !== undefined) return
    // Who proves nothing leaves nothing behind.
    strangers -= 1
    instances.delete(instance)
  }

  /** The event as it may be told, or why it may not. */
  async function judge(event: SignalingEvent, known: Known): Promise<SignalingEvent | Refusal> {
    switch (event.type) {
      case 'left':
      case 'relayed':
        return event
      case 'peer':
        return (await prove(event.peer, known)) ?? event
      case 'signal': {
        const refusal = await prove(event.from, known)
        return refusal ?? judgeSignal(event, known)
      }
    }
  }

  /** Whether `peer` is who it says: undefined, or why not. An instance is one peer for as long as it is there. */
  async function prove(peer: Peer, known: Known): Promise<Refusal | undefined> {
    const { node, ensemble, proof = '' } = peer
    const { proven } = known
    if (proven?.peer.node === node && proven.peer.ensemble === ensemble && proven.peer.proof === proof)
      return undefined
    const shown = parseProof(proof)
    if (shown === undefined) return 'unproven'
    if (proven !== undefined && proven.peer.node !== node) return 'otherKey'
    if ((await nodeIdOf(shown.publicKey)) !== node) return 'otherKey'
    if (!(await verify(shown.publicKey, presenceBytes(ensemble, peer), shown.signature)))
      return 'badSignature'
    if (proven === undefined) strangers -= 1
    known.proven = { peer, publicKey: shown.publicKey }
    forgetOne()
    return undefined
  }

  async function judgeSignal(
    event: SignalingEvent & { type: 'signal' },
    known: Known,
  ): Promise<SignalingEvent | Refusal> {
    const signed = parseSigned(event.data)
    const { proven } = known
    if (signed === undefined || proven === undefined || self === undefined) return 'malformed'
    if (signed.sequence <= known.sequence) return 'replayed'
    const bytes = signalBytes(event.from.ensemble, event.from, self, signed)
    if (!(await verify(proven.publicKey, bytes, signed.signature))) return 'badSignature'
    known.sequence = signed.sequence
    return { ...event, data: signed.text }
  }

  async function signed(from: Peer, to: Peer, text: string): Promise<string> {
    sequence += 1
    const numbered = { sequence, text }
    return encodeSigned({
      ...numbered,
      signature: await sign(key, signalBytes(from.ensemble, from, to, numbered)),
    })
  }

  return {
    join(as, listener) {
      if (self !== undefined || isOver) return
      self = as
      sink = listener
      void join(as)
    },
    send(instance, text) {
      const to = instances.get(instance)?.proven?.peer
      if (isOver || self === undefined || to === undefined) return
      if (outgoing >= signalsQueuedTotalMax) return
      outgoing += 1
      // All are signed at once; they leave in the order in which they were given.
      const signing = signed(self, to, text)
      lastSent = lastSent
        .then(() => signing)
        .then(data => {
          outgoing -= 1
          if (!isOver) inner.send(instance, data)
        })
    },
    ...(inner.relay === undefined ? {} : { relay: inner.relay }),
    leave() {
      isOver = true
      inner.leave()
    },
    refused: () => refusals.all(),
  }
}
