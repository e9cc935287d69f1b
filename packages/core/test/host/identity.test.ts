import 'fake-indexeddb/auto'
import { deleteDB, openDB } from 'idb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { mintNodeKey, nodeIdOf, sign, verify } from '../../src/host/identity-key.ts'
import { createIndexedDbStorage } from '../../src/host/storage/indexeddb.ts'
import { openRegistry, registryName } from '../../src/host/storage/registry.ts'
import { type ClaimOptions, claimIdentity, nodeLock } from '../../src/host/worker/identity.ts'
import { foundingLock } from '../../src/host/worker/locks.ts'
import { ensembleId } from '../../src/logic/base/ids.ts'
import { identityError, profile } from './profile.ts'
import { storageError } from './storage-contract.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('identity', () => {
  it('IDENT-1 the first claim of a profile founds: a new ensemble with itself as the one founder', async () => {
    const first = await profile().claim()
    const second = await profile().claim()
    expect(first.identity.founders).toStrictEqual([first.identity.node])
    expect(first.identity.ensemble).not.toBe(second.identity.ensemble)
    expect(first.identity.node).not.toBe(second.identity.node)
    expect(first.identity.node).toBe(await nodeIdOf(first.key.publicKey))
  })

  it('IDENT-2 the next claim is another member of the same ensemble and founds nothing', async () => {
    const { claim } = profile()
    const [first, second] = [await claim(), await claim()]
    expect(second.identity).toMatchObject({ ensemble: first.identity.ensemble, founders: [] })
    expect(second.identity.node).not.toBe(first.identity.node)
    expect(second.databaseName).not.toBe(first.databaseName)
  })

  it('IDENT-3 claims at the same moment found once and share no identity', async () => {
    const { claim } = profile()
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim()))
    expect(new Set(claims.map(({ identity }) => identity.ensemble)).size).toBe(1)
    expect(new Set(claims.map(({ identity }) => identity.node)).size).toBe(8)
    expect(claims.filter(({ identity }) => identity.founders.length > 0).length).toBe(1)
  })

  it('IDENT-4 a released identity is claimed again before a new one is minted', async () => {
    const { claim } = profile()
    const [first, second] = [await claim(), await claim()]
    first.release()
    first.release()
    const again = await claim()
    expect(again.identity).toStrictEqual(first.identity)
    expect(again.databaseName).toBe(first.databaseName)
    const third = await claim()
    expect([first, second].map(({ identity }) => identity.node)).not.toContain(third.identity.node)
  })

  it('IDENT-19 who takes over has the identity of the profile, and its holder is told', async () => {
    const { claim } = profile()
    const first = await claim({ replicas: 'per-device' })
    const second = await claim({ replicas: 'per-device' })
    expect(second.identity).toStrictEqual(first.identity)
    expect(first.lost.aborted).toBe(true)
    expect(second.lost.aborted).toBe(false)
    second.release()
    const third = await claim({ replicas: 'per-device' })
    expect(third.identity).toStrictEqual(first.identity)
    expect(second.lost.aborted).toBe(false)
  })

  it('IDENT-5 a founder that crashed before it had a storage founds the same ensemble when it is back', async () => {
    const { claim } = profile()
    const crashed = await claim()
    const { ensemble } = crashed.identity
    const other = await claim()
    expect(other.identity).toMatchObject({ ensemble, founders: [] })
    crashed.release()
    const back = await claim()
    expect(back.identity).toStrictEqual(crashed.identity)
    expect(back.stored).toBe(false)
  })

  it('IDENT-6 an identity whose storage was there and is lost is not used again', async () => {
    const { claim } = profile()
    const codec = createCodec()
    const first = await claim()
    expect(first.stored).toBe(false)
    const storage = createIndexedDbStorage({ name: first.databaseName, codec, mustExist: first.stored })
    await storage.open(first.identity)
    await first.markStored()
    await storage.close()
    first.release()

    const second = await claim()
    expect(second.stored).toBe(true)
    const reopened = createIndexedDbStorage({ name: second.databaseName, codec, mustExist: second.stored })
    await reopened.open(second.identity)
    await reopened.close()
    second.release()

    await deleteDB(first.databaseName)
    const lost = createIndexedDbStorage({ name: first.databaseName, codec, mustExist: true })
    await expect(lost.open(first.identity)).rejects.toEqual(storageError('Missing'))
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(first.databaseName)
    const third = await claim()
    expect(third.identity).toMatchObject({ ensemble: first.identity.ensemble, founders: [] })
    expect(third.identity.node).not.toBe(first.identity.node)
    expect(third.stored).toBe(false)
    third.release()
    expect((await claim()).identity).toStrictEqual(third.identity)
  })

  it('IDENT-7 joining records the ensemble and founds nothing, now or later', async () => {
    const { claim } = profile()
    const join = ensembleId('invited')
    const joined = await claim({ founding: { join } })
    expect(joined.identity).toMatchObject({ ensemble: join, founders: [] })
    const later = await claim()
    expect(later.identity).toMatchObject({ ensemble: join, founders: [] })
    await expect(claim({ founding: { join } })).resolves.toBeDefined()
  })

  it('IDENT-8 joining another ensemble than the profile has is refused, with both names', async () => {
    const { claim } = profile()
    const { identity } = await claim()
    const joining = claim({ founding: { join: ensembleId('another') } })
    await expect(joining).rejects.toEqual(identityError('ForeignEnsemble'))
    await expect(joining).rejects.toThrow(new RegExp(`${identity.ensemble}.*another`))
    expect((await claim()).identity.ensemble).toBe(identity.ensemble)
  })

  it('IDENT-9 another engine than the room was founded with is a Mismatch', async () => {
    const { claim } = profile()
    await claim()
    await expect(claim({ engine: 'other' as ClaimOptions['engine'] })).rejects.toEqual(
      identityError('Mismatch'),
    )
  })

  it('IDENT-10 a claim waits for the tab that is founding, until its signal ends the wait', async () => {
    const { room, locks, claim } = profile()
    let release = () => {}
    const busy = locks.request(foundingLock(room), () => new Promise<void>(resolve => (release = resolve)))
    const controller = new AbortController()
    const waiting = claim({ signal: controller.signal })
    controller.abort()
    await expect(waiting).rejects.toEqual(identityError('Aborted'))
    const patient = claim()
    release()
    await busy
    await expect(patient).resolves.toBeDefined()
  })

  it('IDENT-11 a claim that fails holds no lock and keeps the others working', async () => {
    const { locks, claim } = profile()
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementationOnce(() => {
      throw new DOMException('no room', 'QuotaExceededError')
    })
    await expect(claim()).rejects.toEqual(identityError('StorageQuotaExceeded'))
    expect(locks.heldNames).toStrictEqual([])
    await expect(claim()).resolves.toBeDefined()
  })

  it('IDENT-11 a registry that makes no sense is refused and left as it is', async () => {
    const { room, claim } = profile()
    await claim()
    const database = await openDB(registryName(room))
    const damaged = { ...(await database.get('room', 'room')), nodes: [{ node: 'no id!', stored: true }] }
    await database.put('room', damaged, 'room')
    await expect(claim()).rejects.toEqual(identityError('RegistryCorrupt'))
    expect(await database.get('room', 'room')).toStrictEqual(damaged)
    database.close()
  })

  it('IDENT-24 the key of an identity is stored with it, before it is used, and the same for who claims it again', async () => {
    const { room, claim } = profile()
    const first = await claim()
    const registry = await openRegistry(room)
    const record = await registry.read()
    registry.close()
    if (record?.state !== 'member') throw new Error('nothing is registered')
    expect(record.nodes.map(({ key }) => key.publicKey)).toEqual([first.key.publicKey])
    first.release()
    const again = await claim()
    expect(again.key.publicKey).toEqual(first.key.publicKey)
    const bytes = Uint8Array.of(1)
    expect(await verify(first.key.publicKey, bytes, await sign(again.key, bytes))).toBe(true)
    expect((await claim({ ephemeral: true })).identity.node).toMatch(/^[0-9A-Za-z_-]{22}$/)
  })

  it("IDENT-24 a registry whose replica has no key, or another's, is refused with a word on why", async () => {
    const { room, claim } = profile()
    const { release } = await claim()
    release()
    const database = await openDB(registryName(room))
    const good = await database.get('room', 'room')
    const other = await mintNodeKey()
    const [{ key, ...unkeyed }] = good.nodes
    const fork = { ensemble: 'e', node: 'n', isWritten: false }
    for (const damaged of [
      { ...good, nodes: [unkeyed] },
      { ...good, nodes: [{ ...unkeyed, key: other }] },
      { ...good, nodes: [{ ...unkeyed, key: { ...key, privateKey: 'secret' } }] },
      { ...good, fork },
      { ...good, fork: { ...fork, key } },
      { state: 'founding', candidate: 'e', founder: unkeyed.node },
      { state: 'founding', candidate: 'e', founder: unkeyed.node, key: other },
    ]) {
      await database.put('room', damaged, 'room')
      await expect(claim()).rejects.toEqual(identityError('RegistryCorrupt'))
      await expect(claim()).rejects.toThrow(/without its own key.*earlier version.*deleteRoom/)
    }
    await database.put('room', good, 'room')
    expect((await claim()).identity.node).toBe(unkeyed.node)
    database.close()
  })

  it('IDENT-12 the holder of a stolen lock is told', async () => {
    const { room, locks, claim } = profile()
    const { identity, lost } = await claim()
    const told = new Promise(resolve => lost.addEventListener('abort', resolve))
    void locks.request(nodeLock(room, identity.node), { steal: true }, () => new Promise(() => {}))
    await told
    expect(lost.aborted).toBe(true)
  })

  it('IDENT-12 a release tells nobody that the lock was lost', async () => {
    const { claim } = profile()
    const first = await claim()
    first.release()
    await claim()
    expect(first.lost.aborted).toBe(false)
  })

  it('IDENT-13 without Web Locks there is no identity, and the error says why', async () => {
    vi.stubGlobal('navigator', {})
    const claiming = claimIdentity({
      room: profile().room,
      engine: 'multi-paxos',
      replicas: 'per-tab',
      founding: 'found-or-join',
      signal: AbortSignal.timeout(5_000),
    })
    await expect(claiming).rejects.toEqual(identityError('Unsupported'))
    await expect(claiming).rejects.toThrow(/https/)
  })

  it('IDENT-14 an ephemeral replica has an identity that nobody had before it and nobody gets after it', async () => {
    const { claim } = profile()
    const first = await claim({ ephemeral: true })
    const second = await claim({ ephemeral: true })
    expect(first.identity.founders).toStrictEqual([first.identity.node])
    expect(second.identity).toMatchObject({ ensemble: first.identity.ensemble, founders: [] })
    first.release()
    const back = await claim({ ephemeral: true })
    expect(back.identity).toMatchObject({ ensemble: first.identity.ensemble, founders: [] })
    expect([first, second].map(({ identity }) => identity.node)).not.toContain(back.identity.node)
  })

  it('IDENT-15 a room of ephemeral replicas is founded anew when all are gone, one with a storage never', async () => {
    const { claim } = profile()
    const first = await claim({ ephemeral: true })
    first.release()
    const anew = await claim({ ephemeral: true })
    expect(anew.identity.ensemble).not.toBe(first.identity.ensemble)
    expect(anew.identity.founders).toStrictEqual([anew.identity.node])
    const durable = await claim()
    expect(durable.identity).toMatchObject({ ensemble: anew.identity.ensemble, founders: [] })
    anew.release()
    durable.release()
    expect((await claim({ ephemeral: true })).identity).toMatchObject({
      ensemble: anew.identity.ensemble,
      founders: [],
    })
  })
})
