import 'fake-indexeddb/auto'
import { openDB } from 'idb'
import { describe, expect, it } from 'vitest'
import { registryName } from '../../src/host/storage/registry.ts'
import { deleteReplica } from '../../src/host/worker/delete-replica.ts'
import { deleteRoom } from '../../src/host/worker/delete-room.ts'
import { identityError, makeStorage, profile } from './profile.ts'

describe('deleting a replica', () => {
  const databases = async () => (await indexedDB.databases()).map(({ name }) => name)

  it('IDENT-18 a deleted replica is gone with its storage, and a new member takes its place', async () => {
    const { room, locks, claim } = profile()
    const first = await claim()
    await makeStorage(first)
    first.release()
    await deleteReplica(room, first.identity.node, { locks: locks.manager })
    expect(await databases()).not.toContain(first.databaseName)
    const second = await claim()
    expect(second.identity.node).not.toBe(first.identity.node)
    expect(second.identity).toMatchObject({ ensemble: first.identity.ensemble, founders: [] })
    expect(second.stored).toBe(false)
  })

  it('IDENT-18 a replica that runs is not deleted', async () => {
    const { room, locks, claim } = profile()
    const { identity } = await claim()
    const deleting = deleteReplica(room, identity.node, { locks: locks.manager })
    await expect(deleting).rejects.toEqual(identityError('InUse'))
  })

  it('IDENT-20 a room that is deleted is founded anew, also where its registry makes no sense; not while a tab has it', async () => {
    const { room, locks, claim } = profile()
    const first = await claim()
    await makeStorage(first)
    const beside = `${room}-beside`
    await claim({ room: beside })
    await expect(deleteRoom(room, { locks: locks.manager })).rejects.toEqual(identityError('InUse'))
    first.release()
    const database = await openDB(registryName(room))
    await database.put('room', 'nonsense', 'room')
    database.close()
    await expect(claim()).rejects.toThrow(`deleteRoom('${room}')`)
    await deleteRoom(room, { locks: locks.manager })
    expect((await databases()).filter(name => name?.startsWith(`peerkeeper:${room}:`))).toStrictEqual([])
    expect(await databases()).toContain(registryName(beside))
    const anew = await claim()
    expect(anew.identity.ensemble).not.toBe(first.identity.ensemble)
    expect(anew.identity.founders).toStrictEqual([anew.identity.node])
  })
})
