import 'fake-indexeddb/auto'
import { describe, expect, it, vi } from 'vitest'
import { watchPeerLock } from '../../src/host/worker/identity.ts'
import { nodeId } from '../../src/logic/base/ids.ts'
import { profile } from './profile.ts'

describe('watching a peer', () => {
  const watched = (options: Parameters<typeof watchPeerLock>[0]) =>
    new Promise<void>(resolve => watchPeerLock(options, resolve))
  const settled = () => new Promise<void>(resolve => setImmediate(resolve))

  it('IDENT-16 the end of a replica of this profile is told at once, to all who watch it', async () => {
    const { room, locks, claim } = profile()
    const peer = await claim()
    const options = {
      room,
      node: peer.identity.node,
      signal: new AbortController().signal,
      locks: locks.manager,
    }
    const told = vi.fn()
    const watching = [watched(options).then(told), watched(options).then(told)]
    await settled()
    expect(told).not.toHaveBeenCalled()
    peer.release()
    await Promise.all(watching)
    expect(told).toHaveBeenCalledTimes(2)
    await settled()
    expect(locks.heldNames).toStrictEqual([])
  })

  it('IDENT-16 nothing is told of a replica that does not run here, nor after the watch has ended', async () => {
    const { room, locks, claim } = profile()
    const peer = await claim()
    const controller = new AbortController()
    const told = vi.fn()
    const options = { room, signal: controller.signal, locks: locks.manager }
    watchPeerLock({ ...options, node: nodeId('elsewhere') }, told)
    watchPeerLock({ ...options, node: peer.identity.node }, told)
    await settled()
    controller.abort()
    peer.release()
    await settled()
    expect(told).not.toHaveBeenCalled()
  })

  it('IDENT-17 a frozen watcher that is granted the lock does not keep the identity', async () => {
    const { locks, claim } = profile()
    const peer = await claim()
    void locks.request(peer.lock, { mode: 'shared' }, () => new Promise(() => {}))
    peer.release()
    await settled()
    expect(locks.heldNames).toStrictEqual([peer.lock])
    const back = await claim()
    expect(back.identity).toStrictEqual(peer.identity)
    expect(back.lock).not.toBe(peer.lock)
  })
})
