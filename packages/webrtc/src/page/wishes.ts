/**
 * Which links there are to be: those that the replica wants, of the peers that are there, and those that a peer wants. A link
 * that neither side wants is closed after a grace. Each side knows its own wish only, and none is remembered for the other:
 *
 *     wants it, has the smaller id      dials
 *     wants it, has the larger id       sends `ask`, again and again until the link is up; the other dials
 *     does not want it, and it is up    sends `release`, again and again; the other closes it unless it wants it
 *     does not want it, and it is down  forgets it; a peer that wants it asks, or dials
 *
 * Does not know how a link is made, or why a peer is wanted.
 */
import { choose, type NodeId, type Timers, type Wanted } from '@peerkeeper/core/transport'
import { askMsMax, askMsMin, gatherMs, reviewMs, unwantedMs } from '../wire/limits.ts'
import type { WishSignal } from '../wire/link-signal.ts'
import { backoffMs } from '../wire/timers.ts'
import type { Link } from './link/link.ts'
import type { Peer } from './signaling/contract.ts'

export interface WishesOptions {
  readonly self: NodeId
  readonly timers: Timers
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly links: ReadonlyMap<NodeId, Link>
  /** The link to `peer`, made where there is none; undefined where there can be none. */
  readonly linkTo: (peer: Peer) => Link | undefined
  /** Ends the link, and tells whoever was told that it stood. */
  readonly end: (node: NodeId) => void
  readonly signal: (instance: string, signal: WishSignal) => void
}

export interface Wishes {
  /** Everybody is wanted until this is called first. */
  want(wanted: Wanted): void
  isWanted(node: NodeId): boolean
  announced(peer: Peer): void
  left(instance: string): void
  /** `peer` says something about the link to it. */
  heard(peer: Peer, signal: WishSignal): void
  /** The peer goes on making its link with this side. */
  touched(node: NodeId): void
  /** A link came up, or went down. */
  changed(): void
  close(): void
}

/** A link that is not wanted on this side. */
interface Unwanted {
  /** For as long as it takes to make one, and for no less. */
  isGraceOver: boolean
  wasUp: boolean
  cancel: () => void
}

export function createWishes(options: WishesOptions): Wishes {
  const { self, timers, random, links } = options
  const there = new Map<NodeId, Peer>()
  /** Whom this side asks to dial, with what cancels asking again. */
  const asking = new Map<NodeId, () => void>()
  const unwanted = new Map<NodeId, Unwanted>()
  let wanted: Wanted | undefined
  let chosen: ReadonlySet<NodeId> = new Set()
  let cancelReview: (() => void) | undefined
  let cancelGathering: (() => void) | undefined

  const isUp = (node: NodeId) => links.get(node)?.state === 'up'

  /** Looks at everything, now. What fails without a word is seen by looking again. */
  function review(): void {
    cancelReview?.()
    cancelGathering?.()
    cancelGathering = undefined
    chosen = new Set(chooseAnew())
    for (const node of chosen) connect(node)
    for (const [node, cancel] of [...asking]) if (!chosen.has(node) || isUp(node)) stopAsking(node, cancel)
    for (const node of [...unwanted.keys()]) if (chosen.has(node) || !links.has(node)) forget(node)
    for (const node of [...links.keys()]) if (!chosen.has(node)) lookAtUnwanted(node)
    if ([...chosen].some(node => !isUp(node))) reviewIn(reviewMs)
  }

  /** Links tell of what happened to them while they are still at it: what follows from that comes later. */
  function reviewIn(ms: number): void {
    cancelReview?.()
    cancelReview = timers.after(ms, review)
  }

  /** Who comes to a room hears of many in a moment: of these it takes its pick, and not the first. */
  function gather(): void {
    cancelGathering ??= timers.after(gatherMs, review)
  }

  function chooseAnew(): readonly NodeId[] {
    const nodes = [...new Set([...there.keys(), ...[...links.keys()].filter(isUp)])]
    if (wanted === undefined) return nodes
    const candidates = nodes.map(node => {
      const { state = 'down', failures = 0 } = links.get(node) ?? {}
      return { node, link: state, failures }
    })
    return choose(self, wanted, candidates)
  }

  function connect(node: NodeId): void {
    const peer = there.get(node)
    if (peer === undefined) return
    options.linkTo(peer)?.announced(peer.instance)
    if (self > node && !isUp(node) && !asking.has(node)) ask(node, 0)
  }

  function ask(node: NodeId, count: number): void {
    const peer = there.get(node)
    if (peer === undefined) return void asking.delete(node)
    options.signal(peer.instance, { type: 'ask' })
    const waitMs = backoffMs(count, askMsMin, askMsMax, random)
    asking.set(
      node,
      timers.after(waitMs, () => ask(node, count + 1)),
    )
  }

  function stopAsking(node: NodeId, cancel: () => void): void {
    cancel()
    asking.delete(node)
  }

  function lookAtUnwanted(node: NodeId): void {
    const state = unwanted.get(node) ?? { isGraceOver: false, wasUp: false, cancel: () => {} }
    if (!unwanted.has(node)) {
      unwanted.set(node, state)
      letBe(node, state)
    }
    if (isUp(node)) state.wasUp = true
    else if (state.wasUp && links.get(node)?.state === 'down') end(node)
  }

  function letBe(node: NodeId, state: Unwanted): void {
    state.cancel = timers.after(unwantedMs, () => {
      state.isGraceOver = true
      const peer = there.get(node)
      if (!isUp(node)) return end(node)
      if (peer !== undefined) options.signal(peer.instance, { type: 'release' })
      letBe(node, state)
    })
  }

  function forget(node: NodeId): void {
    unwanted.get(node)?.cancel()
    unwanted.delete(node)
  }

  function end(node: NodeId): void {
    forget(node)
    options.end(node)
  }

  return {
    want(next) {
      wanted = next
      review()
    },
    isWanted: node => chosen.has(node),
    announced(peer) {
      there.set(peer.node, peer)
      if (wanted === undefined || wanted.peers.includes(peer.node)) review()
      else gather()
      // One that is not wanted, and there all the same, hears of a tab that took another's place.
      links.get(peer.node)?.announced(peer.instance)
    },
    left(instance) {
      for (const [node, peer] of there) if (peer.instance === instance) there.delete(node)
      review()
    },
    heard(peer, signal) {
      const { node } = peer
      there.set(node, peer)
      switch (signal.type) {
        case 'ask':
          if (!isUp(node)) forget(node)
          options.linkTo(peer)?.announced(peer.instance)
          return review()
        case 'release':
          if (!chosen.has(node) && unwanted.get(node)?.isGraceOver) end(node)
      }
    },
    touched(node) {
      if (!isUp(node)) forget(node)
      review()
    },
    changed: () => reviewIn(0),
    close() {
      cancelReview?.()
      cancelGathering?.()
      for (const [node, cancel] of [...asking]) stopAsking(node, cancel)
      for (const node of [...unwanted.keys()]) forget(node)
    },
  }
}
