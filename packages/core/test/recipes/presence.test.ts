import { describe, expect, test } from 'vitest'
import type { Keeper } from '../../src/client/index.ts'
import { Group, type Member, persistentNode, subtreeCache, type View } from '../../src/recipes/index.ts'
import { begin, code, follow, text } from './world.ts'

const named = (members: readonly Member[]) => members.map(each => `${each.name}:${text(each)}`)

describe('a group', () => {
  test('RECIPE-45 all see who is here and what each says; who leaves, dies or expires goes', async () => {
    const { world, keepers } = await begin({ seed: 1 })
    const [a, b, c] = keepers
    const group = new Group(c, '/room/here')
    const seen: string[] = []
    const giving = new AbortController()
    const following = (async () => {
      for await (const members of group.follow({ signal: giving.signal })) seen.push(named(members).join())
    })()
    const followed = follow(following)
    await world.run(async () => {
      expect(await group.members()).toEqual([])
      const ada = await new Group(a, '/room/here').join('Ada', { name: 'a' })
      const bob = await new Group(b, '/room/here').join('Bob', { name: 'b' })
      await expect(new Group(c, '/room/here').join('', { name: 'a' })).rejects.toEqual(code('NodeExists'))
      await ada.update('Ada L.')
      await c.sync()
      expect(named(await group.members())).toEqual(['a:Ada L.', 'b:Bob'])
      await world.sleep(100)
      await bob.leave()
      await bob.leave()
      expect(bob.signal.reason).toEqual(code('Closed'))
      await expect(bob.update('')).rejects.toEqual(code('Closed'))
      const [one, two] = [await new Group(b, '/room/here').join(), await new Group(b, '/room/here').join()]
      expect(one.name).not.toBe(two.name)
      expect((await group.members())[0]?.session).toBe(a.session)
      await one.leave()
      await two[Symbol.asyncDispose]()
      await world.sleep(100)
    })
    world.kill(0)
    await world.advance(30_000)
    expect(await world.until(group.members())).toEqual([])
    expect(seen[0]).toBe('')
    expect(seen).toContain('a:Ada L.,b:Bob')
    expect(seen.at(-1)).toBe('')
    giving.abort()
    await world.advance(10)
    expect(followed.error).toEqual(code('Aborted'))
  })

  test('RECIPE-46 what a member says that was deleted before it heard of that is Lost', async () => {
    const { world, keepers } = await begin({ seed: 46 })
    const [a, b] = keepers
    await world.run(async () => {
      for (let round = 0; round < 10; round++) {
        const member = await new Group(a, '/g').join('x')
        const deleting = b.delete(member.path)
        for (let said = 0; said < 5; said++) {
          const saying = member.update(String(said)).catch((error: unknown) => error)
          await world.sleep(5)
          expect([undefined, expect.objectContaining({ code: 'Lost' })]).toContainEqual(await saying)
        }
        await deleting
      }
    })
  })

  test('RECIPE-46 a member that is suspended is one still, if its session is kept; else it hears that it is none', async () => {
    const { world, keepers } = await begin({ seed: 2 })
    const member = await world.until(new Group(keepers[0], '/g').join('x'))
    world.partition([0], [1, 2])
    await world.advance(4_000)
    expect([keepers[0].state, member.signal.aborted]).toEqual(['suspended', false])
    world.heal()
    await world.advance(2_000)
    await world.until(member.update('y'))
    const other = await world.until(new Group(keepers[1], '/g').join('', { name: 'o' }))
    await world.until(keepers[2].delete(other.path))
    await world.expire(keepers[0])
    await world.advance(200)
    // Its znode goes with its session, and that is heard first.
    expect([member.signal.reason, other.signal.reason]).toEqual([code('Lost'), code('Lost')])
    expect(keepers[0].state).toBe('expired')
  })

  test('RECIPE-46 who gives up joining at any moment is no member', async () => {
    for (let ms = 0; ms <= 24; ms += 3) {
      const { world, keepers } = await begin({ seed: 500 + ms })
      const giving = new AbortController()
      world.at(ms, () => giving.abort())
      const joined = follow(new Group(keepers[0], '/g').join('', { signal: giving.signal }))
      await world.advance(1_000)
      await world.until(keepers[1].sync())
      const members = await world.until(new Group(keepers[1], '/g').members())
      expect(members.length).toBe(joined.error === null ? 1 : 0)
    }
  })
})

describe('a cache of a subtree', () => {
  test('RECIPE-48 shows what there is and follows it, each view of one moment', async () => {
    const { world, keepers } = await begin({ seed: 3 })
    const [a, b] = keepers
    await world.run(async () => {
      await a.create('/outside')
      await a.create('/t', 'root')
      await a.create('/t/x', '1')
      await b.sync()
      using cache = await subtreeCache(b, '/t')
      expect([...cache.view.znodes.keys()].sort()).toEqual(['/t', '/t/x'])
      expect(cache.get('/t')?.stat.numChildren).toBe(1)
      const views: View[] = []
      cache.addEventListener('change', () => views.push(cache.view))
      // Two znodes whose values are always equal.
      await a.multi([
        { type: 'set', path: '/t/x', data: '0' },
        { type: 'create', path: '/t/y', data: '0' },
      ])
      const sets = Array.from({ length: 60 }, (_, i) =>
        a.multi([
          { type: 'set', path: '/t/x', data: `${i}` },
          { type: 'set', path: '/t/y', data: `${i}` },
        ]),
      )
      await Promise.all(sets)
      await a.delete('/t/x')
      await a.set('/outside', 'not told')
      await world.sleep(300)
      for (const { znodes } of views) {
        const [x, y] = [znodes.get('/t/x'), znodes.get('/t/y')]
        if (x && y) expect(text(x)).toBe(text(y))
        expect(znodes.get('/t')?.stat.numChildren).toBe(znodes.size - 1)
      }
      expect(views.length).toBeGreaterThan(1)
      expect([...cache.view.znodes.keys()].sort()).toEqual(['/t', '/t/y'])
      expect(views.map(({ zxid }) => zxid)).toEqual(views.map(({ zxid }) => zxid).sort((p, q) => p - q))
    })
  })

  test('RECIPE-48 begins with a snapshot where history does not reach back, and lives through a move and a suspension', async () => {
    const { world, keepers } = await begin({ seed: 4, history: { changesMax: 8, bytesMax: 65_536 } })
    const [a, b] = keepers
    await world.run(async () => {
      await a.create('/t')
      for (let i = 0; i < 30; i++) await a.create(`/t/${i}`, `${i}`)
      await b.sync()
    })
    const cache = await world.until(subtreeCache(b, '/t'))
    expect(cache.view.znodes.size).toBe(31)
    world.partition([1], [0, 2])
    await world.run(async () => {
      for (let i = 0; i < 30; i++) await a.delete(`/t/${i}`)
      await a.create('/t/new')
    })
    expect(cache.view.znodes.size).toBe(31)
    world.heal()
    await world.until(b.sync())
    await world.advance(200)
    expect([...cache.view.znodes.keys()]).toEqual(['/t', '/t/new'])
    await world.rehost(1)
    await world.until(a.set('/t/new', 'moved'))
    await world.until(b.sync())
    await world.advance(200)
    expect(text(cache.get('/t/new') ?? { data: new Uint8Array() })).toBe('moved')
  })

  test('RECIPE-48 of what is not there it shows nothing, until it comes; it ends with its session, its signal, or by hand', async () => {
    const { world, keepers } = await begin({ seed: 5 })
    const [a, b] = keepers
    const cache = await world.until(subtreeCache(a, '/none'))
    expect(cache.view.znodes.size).toBe(0)
    await world.until(b.create('/none', 'there'))
    await world.until(a.sync())
    await world.advance(200)
    expect(cache.view.znodes.size).toBe(1)
    const views = cache.views()
    expect((await world.until(views.next())).value).toBe(cache.view)
    const next = views.next()
    await Promise.all([expect(world.until(next)).rejects.toEqual(code('SessionExpired')), world.expire(a)])
    expect(cache.signal.reason).toEqual(code('SessionExpired'))
    const giving = new AbortController()
    const other = await world.until(subtreeCache(b, '/none', { signal: giving.signal }))
    giving.abort()
    await world.advance(1)
    expect(other.signal.reason).toEqual(code('Aborted'))
    other.close()
    await expect(world.until(subtreeCache(b, 'no path'))).rejects.toEqual(code('BadArguments'))
  })
})

describe('a znode that is kept', () => {
  test('RECIPE-49 is made again when somebody deletes it, and goes when it is kept no longer', async () => {
    const { world, keepers } = await begin({ seed: 6 })
    const [a, b] = keepers
    await world.run(async () => {
      const node = persistentNode(a, '/apps/mine', { data: 'one' })
      await node.ready()
      await b.sync()
      expect((await b.get('/apps/mine')).stat.ephemeralOwner).toBe(a.session)
      await node.set('two')
      await b.delete('/apps/mine')
      await world.sleep(200)
      await b.sync()
      expect(text(await b.get('/apps/mine'))).toBe('two')
      await node.close()
      await node[Symbol.asyncDispose]()
      await world.sleep(200)
      await b.sync()
      expect(await b.exists('/apps/mine')).toBeNull()
      expect(node.signal.reason).toEqual(code('Closed'))
      await expect(node.ready()).rejects.toEqual(code('Closed'))
      await expect(node.set('three')).rejects.toEqual(code('Closed'))
      await persistentNode(a, '/apps/lasting', { mode: 'persistent' }).ready()
      expect((await a.get('/apps/lasting')).stat.ephemeralOwner).toBe(0)
      const refused = persistentNode(a, '/zookeeper/x')
      await expect(refused.ready()).rejects.toEqual(code('BadArguments'))
    })
  })

  test('RECIPE-50 goes on in the next session, after the one before has taken its own along', async () => {
    const { world, keepers } = await begin({ seed: 7 })
    const [a, b, c] = keepers
    const others: Keeper[] = [b]
    const next = async () => {
      const keeper = others.shift()
      if (keeper === undefined) throw new Error('offline')
      return keeper
    }
    const node = persistentNode(a, '/mine', { data: 'kept', next })
    await world.until(node.ready())
    await world.expire(a)
    await world.until(node.ready())
    expect((await world.until(c.get('/mine', { consistency: 'linearizable' }))).stat.ephemeralOwner).toBe(
      b.session,
    )
    // Another session's own, that is still there, is waited for.
    const second = persistentNode(c, '/mine')
    const waits = follow(second.ready())
    await world.advance(500)
    expect(waits.isSettled).toBe(false)
    await world.expire(b)
    await world.until(second.ready())
    expect(node.signal.reason).toEqual(new Error('offline'))
    expect((await world.until(c.get('/mine'))).stat.ephemeralOwner).toBe(c.session)
  })
})
