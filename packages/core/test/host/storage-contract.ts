/** What every storage promises, as tests. A new implementation passes {@link storageContract} a way to make its disk. */
import { describe, expect, it } from 'vitest'
import { type Identity, type Storage, StorageError } from '../../src/host/storage/contract.ts'
import { ensembleId, nodeId, slot } from '../../src/logic/base/ids.ts'
import type { LogWrite, Persist, Snapshot } from '../../src/logic/consensus/engine.ts'
import { noop, type Value } from '../../src/logic/consensus/value.ts'

export interface Disk {
  /** Another storage on the same disk, as after a crash. Those before it may still be open. */
  storage(): Storage
  /** From now on the disk refuses writes for want of room. */
  fill(): void
}

export const alice = nodeId('alice')
export const identity: Identity = {
  node: alice,
  ensemble: ensembleId('ensemble'),
  engine: 'multi-paxos',
  founders: [alice],
}
export const ballot = { counter: 1, node: alice }

export const append = (firstSlot: number, ...values: Value[]): LogWrite => ({
  type: 'append',
  run: { ballot, firstSlot: slot(firstSlot), values },
})
export const truncate = (from: number): LogWrite => ({ type: 'truncate', from: slot(from) })
export const command = (...bytes: number[]) => Uint8Array.from(bytes)
export const persist = (part: Partial<Persist>): Persist => ({
  hardState: null,
  log: [],
  snapshot: null,
  ...part,
})
export const snapshotOf = (through: number, state: Uint8Array): Snapshot => ({
  through: slot(through),
  membership: { voters: [alice], observers: [nodeId('bob')] },
  state,
})

export const storageError = (code: StorageError['code']) =>
  expect.toSatisfy((error: unknown) => error instanceof StorageError && error.code === code, code)

/** Opens, writes each of `writes`, crashes, and hands back what the next opening recovers. */
export async function recoveredAfter(disk: Disk, ...writes: Persist[]) {
  const storage = disk.storage()
  await storage.open(identity)
  for (const each of writes) await storage.write(each)
  return (await disk.storage().open(identity)).recovered
}

export function storageContract(name: string, createDisk: () => Disk): void {
  describe(`${name}: storage contract`, () => {
    it('STORE-1 an empty storage mints the identity and recovers nothing', async () => {
      const opened = await createDisk().storage().open(identity)
      expect(opened.identity).toStrictEqual(identity)
      expect(opened.recovered).toStrictEqual({ hardState: null, log: [], snapshot: null })
      expect(opened.incarnation).toBe(1)
    })

    it('STORE-2 the stored identity comes back, founders as they were minted', async () => {
      const disk = createDisk()
      await disk.storage().open(identity)
      const opened = await disk.storage().open({ ...identity, founders: [] })
      expect(opened.identity).toStrictEqual(identity)
    })

    it.each([
      ['ensemble', { ensemble: ensembleId('other') }],
      ['node', { node: nodeId('bob') }],
      ['engine', { engine: 'other' as Identity['engine'] }],
    ])('STORE-3 another %s than the stored one is a Mismatch and changes nothing', async (_, part) => {
      const disk = createDisk()
      const first = disk.storage()
      await first.open(identity)
      await expect(disk.storage().open({ ...identity, ...part })).rejects.toEqual(storageError('Mismatch'))
      await first.write(persist({ hardState: 'still mine' }))
    })

    it('STORE-4 each opening has a higher incarnation than all before it', async () => {
      const disk = createDisk()
      const incarnations: number[] = []
      for (let opening = 0; opening < 3; opening++)
        incarnations.push((await disk.storage().open(identity)).incarnation)
      expect(incarnations).toStrictEqual([1, 2, 3])
    })

    it('STORE-5 what was written is recovered: the last hard state, all log writes in order', async () => {
      const membership: Value = { type: 'membership', membership: { voters: [alice], observers: [] } }
      const log = [append(1, command(1, 2), noop), append(3, membership), truncate(3), append(3, command())]
      const recovered = await recoveredAfter(
        createDisk(),
        persist({ hardState: { promised: 1 }, log: log.slice(0, 1) }),
        persist({ hardState: { promised: 2 }, log: log.slice(1, 3) }),
        persist({ hardState: { promised: 3, through: 2 ** 40 }, log: log.slice(3) }),
      )
      expect(recovered).toStrictEqual({ hardState: { promised: 3, through: 2 ** 40 }, log, snapshot: null })
    })

    it('STORE-5 a write without log changes keeps the log', async () => {
      const log = [append(1, noop)]
      const recovered = await recoveredAfter(
        createDisk(),
        persist({ hardState: 1, log }),
        persist({ hardState: 2 }),
      )
      expect(recovered).toStrictEqual({ hardState: 2, log, snapshot: null })
    })

    it('STORE-5 what is written is what it was when write was called', async () => {
      const disk = createDisk()
      const storage = disk.storage()
      await storage.open(identity)
      const hardState = { promised: 1 }
      const writing = storage.write(persist({ hardState }))
      await writing
      hardState.promised = 2
      expect((await disk.storage().open(identity)).recovered.hardState).toStrictEqual({ promised: 1 })
    })

    it('STORE-6 a snapshot replaces the one before it', async () => {
      const large = new Uint8Array(700_000).map((_, index) => index % 251)
      const recovered = await recoveredAfter(
        createDisk(),
        persist({ snapshot: snapshotOf(5, large) }),
        persist({ snapshot: snapshotOf(9, command(1)) }),
      )
      expect(recovered.snapshot).toStrictEqual(snapshotOf(9, command(1)))
    })

    it.each([0, 1, 256 * 1024, 256 * 1024 + 1, 1_000_000])(
      'STORE-6 a snapshot of %i bytes comes back whole',
      async size => {
        const state = new Uint8Array(size).map((_, index) => index % 251)
        const view = new Uint8Array(size + 20).subarray(10, size + 10)
        view.set(state)
        const recovered = await recoveredAfter(createDisk(), persist({ snapshot: snapshotOf(7, view) }))
        expect(recovered.snapshot?.through).toBe(7)
        expect(recovered.snapshot?.state.length).toBe(size)
        expect(Buffer.from(recovered.snapshot?.state ?? []).equals(state)).toBe(true)
      },
    )

    it('STORE-7 a snapshot takes away the log writes wholly at or before it', async () => {
      const recovered = await recoveredAfter(
        createDisk(),
        persist({ log: [append(1, noop, noop)] }),
        persist({ log: [append(3, noop)] }),
        persist({ log: [append(4, noop)] }),
        persist({ snapshot: snapshotOf(3, command()) }),
      )
      expect(recovered.log).toStrictEqual([append(4, noop)])
    })

    it('STORE-7 a write that reaches past the snapshot stays, and all that follow it', async () => {
      const rows = [[append(1, noop)], [append(2, noop, noop)], [truncate(2)], [append(2, command(1))]]
      const recovered = await recoveredAfter(
        createDisk(),
        ...rows.map(log => persist({ log })),
        persist({ snapshot: snapshotOf(2, command()) }),
      )
      expect(recovered.log).toStrictEqual(rows.slice(1).flat())
    })

    it('STORE-7 a truncation beyond the snapshot stays', async () => {
      const recovered = await recoveredAfter(
        createDisk(),
        persist({ log: [append(1, noop), truncate(8)] }),
        persist({ log: [append(2, noop)] }),
        persist({ snapshot: snapshotOf(7, command()) }),
      )
      expect(recovered.log).toStrictEqual([append(1, noop), truncate(8), append(2, noop)])
    })

    it('STORE-7 log and snapshot of one write are one: what the snapshot covers is not stored', async () => {
      const disk = createDisk()
      const recovered = await recoveredAfter(
        disk,
        persist({ log: [append(1, noop)] }),
        persist({ log: [append(2, noop)], snapshot: snapshotOf(2, command(1)) }),
        persist({ log: [append(3, noop)] }),
      )
      expect(recovered.log).toStrictEqual([append(3, noop)])
      expect((await recoveredAfter(disk, persist({ log: [append(4, noop)] }))).log).toStrictEqual([
        append(3, noop),
        append(4, noop),
      ])
    })

    it('STORE-8 an opening fences all earlier ones before their next write', async () => {
      const disk = createDisk()
      const first = disk.storage()
      await first.open(identity)
      await first.write(persist({ hardState: 'first', log: [append(1, noop)] }))
      const second = disk.storage()
      await second.open(identity)
      const late = persist({ hardState: 'late', log: [append(2, noop)] })
      await expect(first.write(late)).rejects.toEqual(storageError('Fenced'))
      const { recovered } = await disk.storage().open(identity)
      expect(recovered).toStrictEqual({ hardState: 'first', log: [append(1, noop)], snapshot: null })
    })

    it('STORE-8 a fenced opening stays fenced after the later one wrote and compacted', async () => {
      const disk = createDisk()
      const first = disk.storage()
      await first.open(identity)
      const second = disk.storage()
      await second.open(identity)
      await second.write(persist({ log: [append(1, noop)] }))
      await second.write(persist({ hardState: 2, snapshot: snapshotOf(1, command()) }))
      await expect(first.write(persist({ hardState: 1 }))).rejects.toEqual(storageError('Fenced'))
      expect((await disk.storage().open(identity)).recovered.hardState).toBe(2)
    })

    it('STORE-19 an opening can look whether it is fenced, and is if so', async () => {
      const disk = createDisk()
      const first = disk.storage()
      await expect(first.check()).rejects.toEqual(storageError('Failed'))
      await first.open(identity)
      await first.check()
      await first.write(persist({ hardState: 1 }))
      await first.check()
      const second = disk.storage()
      await second.open(identity)
      await expect(first.check()).rejects.toEqual(storageError('Fenced'))
      await expect(first.write(persist({ hardState: 2 }))).rejects.toEqual(storageError('Fenced'))
      await second.check()
      await second.close()
      await expect(second.check()).rejects.toEqual(storageError('Failed'))
    })

    it('STORE-19 a look while a write is under way finds the storage owned, before and after it', async () => {
      const disk = createDisk()
      const storage = disk.storage()
      await storage.open(identity)
      const writes = [
        persist({ hardState: 1, log: [append(1, noop)] }),
        persist({ hardState: 2, snapshot: snapshotOf(1, new Uint8Array(700_000)) }),
      ]
      for (const each of writes) {
        const looks: Promise<void>[] = []
        let isWriting = true
        const writing = storage.write(each).finally(() => {
          isWriting = false
        })
        while (isWriting) {
          looks.push(storage.check())
          await new Promise(resolve => setImmediate(resolve))
        }
        await writing
        await Promise.all(looks)
        expect(looks.length).toBeGreaterThan(0)
      }
      await storage.check()
    })

    it('STORE-9 a full disk is QuotaExceeded, nothing of the write is there, and no write comes after it', async () => {
      const disk = createDisk()
      const storage = disk.storage()
      await storage.open(identity)
      await storage.write(persist({ hardState: 1 }))
      disk.fill()
      const tooMuch = persist({ hardState: 2, log: [append(1, noop)], snapshot: snapshotOf(1, command()) })
      await expect(storage.write(tooMuch)).rejects.toEqual(storageError('QuotaExceeded'))
      await expect(storage.write(persist({ hardState: 3 }))).rejects.toEqual(storageError('QuotaExceeded'))
    })

    it('STORE-10 a storage is opened once, written only while open, and closed any number of times', async () => {
      const disk = createDisk()
      const storage = disk.storage()
      await expect(storage.write(persist({}))).rejects.toEqual(storageError('Failed'))
      await storage.open(identity)
      await expect(storage.open(identity)).rejects.toEqual(storageError('Failed'))
      const writing = storage.write(persist({ hardState: 1 }))
      await storage.close()
      await storage.close()
      await writing
      await expect(storage.write(persist({ hardState: 2 }))).rejects.toEqual(storageError('Failed'))
      expect((await disk.storage().open(identity)).recovered.hardState).toBe(1)
    })
  })
}
