import { describe, expect, test, vi } from 'vitest'
import type { Keeper } from '../../src/client/index.ts'
import { MultiLock, Mutex, ReadWriteLock, Semaphore } from '../../src/recipes/index.ts'
import { begin, childrenOf, code, follow } from './world.ts'

describe('read-write lock', () => {
  test('RECIPE-18 readers share, a writer is alone, and nobody overtakes a writer that waits', async () => {
    const { world, keepers } = await begin({ seed: 1 })
    const [a, b, c] = keepers.map(keeper => new ReadWriteLock(keeper, '/rw')) as [
      ReadWriteLock,
      ReadWriteLock,
      ReadWriteLock,
    ]
    await world.run(async () => {
      const first = await a.reader.acquire()
      const second = await b.reader.acquire()
      const writing = c.writer.acquire()
      await world.sleep(200)
      const late = a.reader.acquire()
      await world.sleep(200)
      const last = b.writer.acquire()
      const [writes, reads, ends] = [follow(writing), follow(late), follow(last)]
      await world.sleep(300)
      expect([writes.isSettled, reads.isSettled]).toEqual([false, false])
      await first.release()
      await world.sleep(300)
      expect(writes.isSettled).toBe(false)
      await second.release()
      const written = await writing
      await world.sleep(300)
      expect(reads.isSettled).toBe(false)
      await written.release()
      await (await late).release()
      expect(ends.error).toBeNull()
      await (await last).release()
      expect(await childrenOf(keepers[0], '/rw')).toEqual([])
    })
  })

  test('RECIPE-18 of many readers and writers no writer is ever inside with anybody', async () => {
    const { world, keepers } = await begin({ seed: 2 })
    const locks = keepers.map(keeper => new ReadWriteLock(keeper, '/rw'))
    let readers = 0
    let writers = 0
    let most = 0
    await world.run(async () => {
      const all = Array.from({ length: 40 }, async (_, i) => {
        const lock = locks[i % 3] as ReadWriteLock
        await world.sleep((i * 37) % 100)
        if (i % 4 === 0)
          return lock.withWrite(async () => {
            expect([++writers, readers]).toEqual([1, 0])
            await world.sleep(10)
            writers--
          })
        return lock.withRead(async () => {
          most = Math.max(most, ++readers)
          expect(writers).toBe(0)
          await world.sleep(10)
          readers--
        })
      })
      await Promise.all(all)
    })
    expect(most).toBeGreaterThan(1)
  })

  test('RECIPE-19 a writer becomes a reader without anybody in between: readers behind come in, a waiting writer still waits', async () => {
    const { world, keepers } = await begin({ seed: 3 })
    const [a, b, c] = keepers.map(keeper => new ReadWriteLock(keeper, '/rw')) as [
      ReadWriteLock,
      ReadWriteLock,
      ReadWriteLock,
    ]
    await world.run(async () => {
      const written = await a.writer.acquire()
      const reading = b.reader.acquire()
      await world.sleep(200)
      const writing = c.writer.acquire()
      const writes = follow(writing)
      await world.sleep(200)
      const read = await written.downgrade()
      expect(read.token).toBeGreaterThan(written.token)
      expect(written.signal.aborted).toBe(true)
      await (await reading).release()
      await written.release()
      await world.sleep(300)
      expect(writes.isSettled).toBe(false)
      expect(read.signal.aborted).toBe(false)
      await expect(written.downgrade()).rejects.toEqual(code('Lost'))
      await read.release()
      await (await writing).release()
      expect(await childrenOf(keepers[0], '/rw')).toEqual([])
    })
  })

  test('RECIPE-19 a downgrade that is given up leaves nothing held', async () => {
    const { world, keepers } = await begin({ seed: 4 })
    const written = await world.until(new ReadWriteLock(keepers[0], '/rw').writer.acquire())
    world.partition([0], [1, 2])
    const given = written.downgrade({ timeoutMs: 300 })
    await expect(world.until(given)).rejects.toEqual(code('Timeout'))
    world.heal()
    await world.advance(2_000)
    expect(await world.until(childrenOf(keepers[1], '/rw'))).toEqual([])
  })
})

describe('semaphore', () => {
  test('RECIPE-20 as many hold a lease as there are, in the order in which they came', async () => {
    const { world, keepers } = await begin({ seed: 5 })
    let inside = 0
    let most = 0
    const order: number[] = []
    await world.run(async () => {
      const all: Promise<void>[] = []
      for (let i = 0; i < 12; i++) {
        const semaphore = new Semaphore(keepers[i % 3] as Keeper, '/s', 3)
        all.push(
          semaphore.withLease(async () => {
            order.push(i)
            most = Math.max(most, ++inside)
            await world.sleep(200)
            inside--
          }),
        )
        await world.sleep(30)
      }
      await Promise.all(all)
      expect(await childrenOf(keepers[0], '/s/leases')).toEqual([])
      expect(await childrenOf(keepers[0], '/s/turns')).toEqual([])
    })
    expect(most).toBe(3)
    expect(order).toEqual([...order].sort((x, y) => x - y))
  })

  test("RECIPE-20 a lease whose holder dies is the next one's, and who gives up takes none", async () => {
    const { world, keepers } = await begin({ seed: 6 })
    const [a, b, c] = keepers.map(keeper => new Semaphore(keeper, '/s', 1)) as [
      Semaphore,
      Semaphore,
      Semaphore,
    ]
    const first = await world.until(a.acquire())
    const given = b.acquire({ timeoutMs: 500 })
    await expect(world.until(given)).rejects.toEqual(code('Timeout'))
    const waiting = c.acquire()
    await world.advance(300)
    world.kill(0)
    const next = await world.until(waiting)
    expect(next.token).toBeGreaterThan(first.token)
    expect(await world.until(childrenOf(keepers[1], '/s/leases'))).toHaveLength(1)
    expect(await world.until(childrenOf(keepers[1], '/s/turns'))).toEqual([])
    expect(() => new Semaphore(keepers[1], '/s', 0)).toThrow(code('BadArguments'))
  })

  test('RECIPE-20 of all who wait for a lease one watches the leases', async () => {
    const { world, keepers } = await begin({ seed: 7 })
    await world.run(async () => {
      const held = await new Semaphore(keepers[0], '/s', 1).acquire()
      const waiting = Array.from({ length: 6 }, () => new Semaphore(keepers[1], '/s', 1).acquire())
      await world.sleep(500)
      const looks = vi.spyOn(keepers[1], 'children')
      await held.release()
      await Promise.race(waiting)
      await world.sleep(500)
      // One saw its lease; the next has its turn, makes a lease, sees that it waits, and watches.
      expect(looks.mock.calls.length).toBeLessThanOrEqual(4)
    })
  })
})

describe('several locks as one', () => {
  test('RECIPE-21 those who want the same in any order never wait for each other', async () => {
    const { world, keepers } = await begin({ seed: 8 })
    const of = (keeper: Keeper, paths: readonly string[]) =>
      new MultiLock(
        keeper,
        paths.map(path => new Mutex(keeper, path)),
      )
    const inside = new Set<string>()
    await world.run(async () => {
      const wishes = [
        ['/a', '/b'],
        ['/b', '/a'],
        ['/c', '/a', '/b'],
        ['/b', '/c'],
      ]
      const all = wishes.flatMap(paths =>
        keepers.map(keeper =>
          of(keeper, paths).withLocks(async ({ tokens, signal }) => {
            expect([...tokens.keys()]).toEqual([...paths].sort())
            for (const path of paths) expect(inside.has(path)).toBe(false)
            for (const path of paths) inside.add(path)
            await world.sleep(10)
            expect(signal.aborted).toBe(false)
            for (const path of paths) inside.delete(path)
          }),
        ),
      )
      await Promise.all(all)
    })
    expect(() => of(keepers[0], ['/a', '/a'])).toThrow(code('BadArguments'))
  })

  test('RECIPE-21 where one cannot be had none is held; where one is lost all who hold are told', async () => {
    const { world, keepers } = await begin({ seed: 9 })
    const [a, b] = keepers
    await world.run(async () => {
      const held = await new Mutex(b, '/z').acquire()
      const both = new MultiLock(a, [new Mutex(a, '/z'), new Semaphore(a, '/a', 1)])
      await expect(both.acquire({ timeoutMs: 300 })).rejects.toEqual(code('Timeout'))
      await world.sleep(200)
      expect(await childrenOf(b, '/a/leases')).toEqual([])
      await held.release()
      const deleted: string[] = []
      const watch = (event: { readonly type: string; readonly path: string }) =>
        event.type === 'NodeDeleted' && deleted.push(event.path)
      await b.addWatch('/', watch, { mode: 'persistentRecursive' })
      const first = await both.acquire()
      await first.release()
      expect(deleted.filter(path => /^\/(z|a\/leases)\//.test(path)).map(path => path[1])).toEqual(['z', 'a'])
      const again = await both.acquire()
      await b.delete(`/z/${(await childrenOf(b, '/z'))[0]}`)
      await world.sleep(200)
      expect(again.signal.reason).toEqual(code('Lost'))
      await again.release()
      expect(await childrenOf(b, '/a/leases')).toEqual([])
    })
  })
})
