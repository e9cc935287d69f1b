import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { createMemoryDisk, createMemoryStorage } from '../../src/host/storage/memory.ts'
import { hashBytes } from '../../src/logic/base/hash.ts'
import { seededRandom } from '../../src/logic/base/random.ts'
import type { Persist, Recovered } from '../../src/logic/consensus/engine.ts'
import { noop } from '../../src/logic/consensus/value.ts'
import { type Files, nodeFiles, type OpenFile } from '../../src/node/files/index.ts'
import { createFileStorage } from '../../src/node/storage/file-storage.ts'
import {
  append,
  command,
  type Disk,
  identity,
  persist,
  snapshotOf,
  storageContract,
  storageError,
  truncate,
} from '../host/storage-contract.ts'
import { FakeDisk, type Survival } from './fake-files.ts'

const codec = createCodec()
const path = '/data/replica'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerkeeper-'))
  folders.push(folder)
  return folder
}

storageContract('file', (): Disk => {
  const file = join(newFolder(), 'replica')
  let isFull = false
  const wrapped = (opened: OpenFile): OpenFile => ({
    ...opened,
    async append(bytes) {
      if (isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      return opened.append(bytes)
    },
  })
  const files: Files = {
    ...nodeFiles,
    open: async at => {
      const opened = await nodeFiles.open(at)
      return opened && wrapped(opened)
    },
    create: async at => wrapped(await nodeFiles.create(at)),
  }
  return {
    storage: () => createFileStorage({ path: file, codec, files }),
    fill: () => {
      isFull = true
    },
  }
})

const on = (disk: FakeDisk, mustExist = false) =>
  createFileStorage({ path, codec, files: disk.files, mustExist })

const open = async (disk: FakeDisk) => brief((await on(disk).open(identity)).recovered)

/** Some writes, and what is there after each of them. */
const rows: readonly Persist[] = [
  persist({ hardState: { promised: 1 }, log: [append(1, noop, command(1, 2, 3))] }),
  persist({ hardState: { promised: 2 }, log: [append(3, noop), truncate(3)] }),
  persist({ hardState: { promised: 3 } }),
  persist({ hardState: { promised: 3 }, log: [append(3, command(9))] }),
]
const compacting = persist({
  hardState: { promised: 4 },
  log: [append(4, command(4)), append(5, command(5))],
  snapshot: snapshotOf(3, new Uint8Array(300_000).fill(7)),
})

/** With the snapshot's bytes as their number and hash: quick to compare. */
const brief = ({ snapshot, ...others }: Recovered) => ({
  ...others,
  snapshot: snapshot && { ...snapshot, state: [snapshot.state.length, hashBytes(snapshot.state)] },
})

/** What the storage in memory, which is simple, recovers after `writes`. */
async function expected(writes: readonly Persist[]) {
  const disk = createMemoryDisk()
  const storage = createMemoryStorage(disk)
  await storage.open(identity)
  for (const each of writes) await storage.write(each)
  return brief((await createMemoryStorage(disk).open(identity)).recovered)
}

describe('file storage', () => {
  it('STORE-20 a file that ends anywhere in its last records is opened with all whole ones, and goes on', async () => {
    const disk = new FakeDisk()
    const storage = on(disk)
    await storage.open(identity)
    const ends: number[] = []
    for (const each of rows) {
      ends.push(disk.bytes(path)?.length ?? 0)
      await storage.write(each)
    }
    const whole = disk.bytes(path) ?? new Uint8Array()
    for (let cut = ends[0] ?? 0; cut <= whole.length; cut++) {
      const crashed = new FakeDisk()
      crashed.put(path, whole.slice(0, cut))
      const survived = [...ends.slice(1), whole.length].filter(end => end <= cut).length
      const reopened = on(crashed)
      const { recovered } = await reopened.open(identity)
      expect(brief(recovered), `cut at ${cut}`).toStrictEqual(await expected(rows.slice(0, survived)))
      const next = persist({ hardState: 'next', log: [append(8, noop)] })
      await reopened.write(next)
      expect(await open(crashed)).toStrictEqual(await expected([...rows.slice(0, survived), next]))
    }
  })

  it('STORE-21 whatever byte of a file is changed, it is refused as Corrupt and left as it is', async () => {
    const disk = new FakeDisk()
    const storage = on(disk)
    await storage.open(identity)
    for (const each of rows) await storage.write(each)
    await storage.write(persist({ hardState: 5, snapshot: snapshotOf(2, command(1, 2, 3)) }))
    await storage.write(persist({ hardState: 6, log: [append(6, noop)] }))
    const whole = disk.bytes(path) ?? new Uint8Array()
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice()
      damaged[at] = (damaged[at] ?? 0) ^ 0x10
      const bad = new FakeDisk()
      bad.put(path, damaged)
      await expect(open(bad), `byte ${at}`).rejects.toEqual(storageError('Corrupt'))
      expect(bad.bytes(path)).toBe(damaged)
    }
  })

  it('STORE-21 a record that is missing, repeated or moved, and a base that is cut, are refused', async () => {
    const disk = new FakeDisk()
    const storage = on(disk)
    await storage.open(identity)
    const ends = [0]
    for (const each of rows) {
      await storage.write(each)
      ends.push(disk.bytes(path)?.length ?? 0)
    }
    const whole = disk.bytes(path) ?? new Uint8Array()
    const part = (from: number, to = from + 1) => whole.slice(ends[from], ends[to])
    const wrong = [
      [part(0), part(2), part(3), part(4)],
      [part(0), part(1), part(1), part(2)],
      [part(0), part(1), part(3), part(2)],
      [whole.slice(0, 40)],
      [new Uint8Array()],
      [new TextEncoder().encode('something else')],
    ]
    for (const parts of wrong) {
      const bad = new FakeDisk()
      bad.put(path, Buffer.concat(parts))
      await expect(open(bad)).rejects.toEqual(storageError('Corrupt'))
    }
  })

  it.each<[string, Survival]>([
    ['all that was written survives', 'all'],
    ['nothing that was not synced survives', 'none'],
    ['a part of what was not synced survives', { part: 10 }],
  ])(
    'STORE-22 a process that dies at any step of an opening, a write or a compaction leaves what was answered, with perhaps what was under way: %s',
    async (_, survival) => {
      const script = async (disk: FakeDisk, done: Persist[], doing: (each: Persist) => void) => {
        const storage = on(disk)
        await storage.open(identity)
        for (const each of [...rows, compacting, ...rows.slice(2)]) {
          doing(each)
          await storage.write(each)
          done.push(each)
        }
      }
      const calm = new FakeDisk()
      await script(calm, [], () => {})
      for (let diesAt = 1; diesAt <= calm.steps; diesAt++) {
        const disk = new FakeDisk()
        disk.diesAt = diesAt
        const done: Persist[] = []
        let under: Persist | null = null
        await script(disk, done, each => {
          under = each
        }).catch(() => {})
        const crashed = disk.afterCrash(survival)
        const recovered = await open(crashed)
        const may = [await expected(done), await expected(under === null ? done : [...done, under])]
        expect(may, `died at step ${diesAt}`).toContainEqual(recovered)
        // And once more, from what that opening left.
        expect(await open(crashed)).toStrictEqual(recovered)
      }
    },
  )

  it('STORE-23 whatever is written, compacted, cut short by a crash and opened again: the same as in memory', async () => {
    const random = seededRandom(23)
    const below = (bound: number) => random.below(bound)
    for (let round = 0; round < 30; round++) {
      let disk = new FakeDisk()
      const model: Persist[] = []
      let storage = on(disk)
      await storage.open(identity)
      let at = 1
      let snapshotThrough = 0
      for (let step = 0; step < 40; step++) {
        switch (below(8)) {
          case 0: {
            await storage.close()
            if (below(2) === 0) disk = disk.afterCrash(below(2) === 0 ? 'none' : 'all')
            storage = on(disk, true)
            const { recovered } = await storage.open(identity)
            expect(brief(recovered)).toStrictEqual(await expected(model))
            break
          }
          case 1: {
            snapshotThrough += below(Math.max(1, at - snapshotThrough))
            const log = below(2) === 0 ? [] : [append(at++, command(below(256)))]
            const state = new Uint8Array(below(3) * 200_000).fill(below(256))
            const write = persist({ hardState: step, log, snapshot: snapshotOf(snapshotThrough, state) })
            model.push(write)
            await storage.write(write)
            break
          }
          case 2: {
            at = Math.max(snapshotThrough + 1, at - below(3))
            const write = persist({ hardState: { step }, log: [truncate(at)] })
            model.push(write)
            await storage.write(write)
            break
          }
          default: {
            const values = Array.from({ length: 1 + below(4) }, () => command(below(256), below(256)))
            const write = persist({ hardState: { step, round }, log: [append(at, ...values)] })
            at += values.length
            model.push(write)
            await storage.write(write)
          }
        }
      }
      await storage.close()
      expect(await open(disk)).toStrictEqual(await expected(model))
    }
  })

  it('STORE-24 a disk that fills up in the midst of a write loses nothing that was answered', async () => {
    const disk = new FakeDisk()
    const storage = on(disk)
    await storage.open(identity)
    for (const each of rows) await storage.write(each)
    disk.isFull = true
    await expect(storage.write(compacting)).rejects.toEqual(storageError('QuotaExceeded'))
    await expect(storage.write(persist({}))).rejects.toEqual(storageError('QuotaExceeded'))
    disk.isFull = false
    const second = on(disk)
    expect(brief((await second.open(identity)).recovered)).toStrictEqual(await expected(rows))
    disk.isFull = true
    await expect(second.write(persist({ hardState: 9, log: [append(9, noop)] }))).rejects.toEqual(
      storageError('QuotaExceeded'),
    )
    disk.isFull = false
    expect(await open(disk)).toStrictEqual(await expected(rows))
  })

  it('STORE-25 with mustExist a file that is gone is Missing, and none is made', async () => {
    const disk = new FakeDisk()
    await expect(on(disk, true).open(identity)).rejects.toEqual(storageError('Missing'))
    expect(disk.bytes(path)).toBe(undefined)
  })

  it('STORE-25 a file that is deleted, replaced or written to by others ends its opening at the next write or look', async () => {
    for (const harm of [
      (file: string) => rmSync(file),
      (file: string) => writeFileSync(file, 'something'),
      (file: string) => writeFileSync(file, 'x', { flag: 'a' }),
    ]) {
      const file = join(newFolder(), 'replica')
      const storage = createFileStorage({ path: file, codec })
      await storage.open(identity)
      await storage.write(persist({ hardState: 1 }))
      await storage.check()
      harm(file)
      await expect(storage.check()).rejects.toEqual(storageError('Fenced'))
      await expect(storage.write(persist({}))).rejects.toEqual(storageError('Fenced'))
    }
  })

  it('STORE-18 a write while another is under way rejects, and so does every one after it; the first is completed', async () => {
    const file = join(newFolder(), 'replica')
    const storage = createFileStorage({ path: file, codec })
    await storage.open(identity)
    const first = storage.write(persist({ hardState: 1, snapshot: snapshotOf(1, new Uint8Array(500_000)) }))
    await expect(storage.write(persist({ hardState: 2 }))).rejects.toEqual(storageError('Failed'))
    await expect(storage.write(persist({ hardState: 3 }))).rejects.toEqual(storageError('Failed'))
    await first
    await storage.close()
    expect(readFileSync(file).length).toBeGreaterThan(500_000)
    const { recovered } = await createFileStorage({ path: file, codec }).open(identity)
    expect(recovered.hardState).toBe(1)
  })

  it('STORE-16 a disk that does not answer fails an opening and a write in bounded time', async () => {
    const never = new Promise<never>(() => {})
    const dead: Files = { ...nodeFiles, facts: () => never }
    const file = join(newFolder(), 'replica')
    await expect(
      createFileStorage({ path: file, codec, files: dead, timeoutMs: 20 }).open(identity),
    ).rejects.toEqual(storageError('Failed'))
  })

  it('STORE-16 a disk that stops to answer fails a write and a look in bounded time, and closing ends', async () => {
    const never = new Promise<never>(() => {})
    for (const doing of ['write', 'check'] as const) {
      let isDead = false
      // In memory, for it lives at once: no disk is so quick that 40 ms were always enough.
      const disk = new FakeDisk()
      const files: Files = { ...disk.files, facts: at => (isDead ? never : disk.files.facts(at)) }
      const storage = createFileStorage({ path, codec, files, timeoutMs: 40 })
      await storage.open(identity)
      isDead = true
      const done = doing === 'write' ? storage.write(persist({ hardState: 1 })) : storage.check()
      await expect(done).rejects.toEqual(storageError('Failed'))
      await expect(storage.write(persist({}))).rejects.toEqual(storageError('Failed'))
      await storage.close()
    }
  })
})
