/**
 * A mesh that is loaded when it is needed: when signaling tells of somebody, or, since the app's files may be others by then, once the
 * page has been quiet for a while. Until then there are no links; who is there and what they signal is kept for it. Where it cannot be
 * loaded it is tried again, and `links` says why.
 */
import type { NodeId, Wanted } from '@peerkeeper/core/transport'
import { earlySignalsMax, instancesMax, loadQuietlyMs } from '../wire/limits.ts'
import { loadAgain } from './loading.ts'
import type { PageMesh, PageMeshOptions } from './page-mesh.ts'
import type { Peer, SignalingEvent } from './signaling/contract.ts'
import type { WebRtcLink } from './webrtc.ts'

export function lateMesh(
  options: PageMeshOptions,
  load: () => Promise<(options: PageMeshOptions) => PageMesh>,
): PageMesh {
  const { self, signaling } = options
  const over = new AbortController()
  const peers = new Map<string, Peer>()
  let signals: Extract<SignalingEvent, { type: 'signal' }>[] = []
  let mesh: PageMesh | undefined
  let sink: ((event: SignalingEvent) => void) | undefined
  let wanted: Wanted | undefined
  let isLoading = false
  let failures = 0
  let lastReason: string | undefined

  signaling.join(self, event => {
    if (sink !== undefined) return sink(event)
    switch (event.type) {
      case 'peer':
        if (event.peer.node === self.node || peers.size >= instancesMax) return
        peers.set(event.peer.instance, event.peer)
        return begin()
      case 'left':
        return void peers.delete(event.instance)
      case 'signal':
        if (signals.length < earlySignalsMax) signals.push(event)
        return
      case 'relayed':
    }
  })
  const cancelQuiet = options.timers.after(loadQuietlyMs, begin)

  function begin(): void {
    if (isLoading) return
    isLoading = true
    cancelQuiet()
    loadAgain(load, options, over.signal, reason => {
      failures += 1
      lastReason = reason
      // Whoever said something waits no longer for an answer when the next attempt is made.
      signals = []
    }).then(take, () => undefined)
  }

  function take(create: (options: PageMeshOptions) => PageMesh): void {
    if (over.signal.aborted) return
    const join = (_: Peer, to: (event: SignalingEvent) => void) => {
      sink = to
    }
    mesh = create({ ...options, signaling: { ...signaling, join } })
    if (wanted !== undefined) mesh.want(wanted)
    for (const peer of peers.values()) sink?.({ type: 'peer', peer })
    for (const signal of signals) if (peers.has(signal.from.instance)) sink?.(signal)
    peers.clear()
    signals = []
  }

  /** Of those that there will be. */
  function links(): readonly WebRtcLink[] {
    const ours = [...peers.values()].filter(({ ensemble }) => ensemble === self.ensemble)
    return [...new Set(ours.map(({ node }) => node))].map((peer: NodeId) => ({
      peer,
      state: lastReason === undefined ? 'connecting' : 'down',
      framesDropped: 0,
      failures,
      lastReason,
      isWanted: wanted?.peers.includes(peer) ?? true,
      reasonCode: lastReason === undefined ? undefined : 'NotLoaded',
      path: undefined,
      channels: options.isInWorker ? 'worker' : 'page',
    }))
  }

  function end(): void {
    over.abort()
    cancelQuiet()
    if (mesh === undefined) sink = () => undefined
    peers.clear()
  }

  return {
    links: () => mesh?.links() ?? links(),
    measure: async () => mesh?.measure() ?? [],
    want(next) {
      wanted = next
      mesh?.want(next)
    },
    send: (peer, lane, bytes) => mesh?.send(peer, lane, bytes),
    lastWords: (peer, bytes) => mesh?.lastWords(peer, bytes),
    hear: news => mesh?.hear(news),
    wake: hint => mesh?.wake(hint),
    farewell() {
      end()
      if (mesh !== undefined) mesh.farewell()
      else signaling.leave()
    },
    async close() {
      end()
      if (mesh !== undefined) await mesh.close()
      else signaling.leave()
    },
  }
}
