/** Each recipe in three tabs that are replicas: what one does the others wait for, see, or are kept from. */
import { expectInTurn, makeBook, readBook, waitForEntries } from '../support/book.ts'
import { acquire, holdingIn, waitForLine } from '../support/recipes.ts'
import { type Tab, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const names = ['a', 'b', 'c'] as const

/** Three tabs that vote. */
async function three(open: () => Promise<Tab>): Promise<readonly [Tab, Tab, Tab]> {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  return tabs
}

/** Goes through a barrier of its own: what others do at once in as many steps they have done by then. */
const takeLonger = ({ keeper }: Tab) =>
  keeper.evaluate(async of => {
    for (let round = 0; round < 3; round++) {
      const inside = await new window.lab.recipes.DoubleBarrier(of, '/alone', 1).enter()
      await inside.leave()
    }
  })

test('E2E-110 three tabs take turns with each lock: in order, as many at a time as may, and back when asked', async ({
  open,
}) => {
  const tabs = await three(open)
  const [a, b, c] = tabs
  await test.step("a mutex is one tab's at a time, first come first served", async () => {
    await makeBook(a, '/turns')
    const turns = tabs.map(({ keeper }, index) =>
      keeper.evaluate((of, name) => {
        const { recipes, takeTurns } = window.lab
        return takeTurns(of, new recipes.Mutex(of, '/mutex'), { book: '/turns', name, times: 4 })
      }, names[index] ?? ''),
    )
    await Promise.all(turns)
    expectInTurn(await readBook(b, '/turns'), names, 4)
  })
  await test.step('readers share, a writer waits for them, and who comes behind it for the writer', async () => {
    const [reading, alsoReading] = [await acquire(a, 'reader', '/rw'), await acquire(b, 'reader', '/rw')]
    const writing = acquire(c, 'writer', '/rw')
    await waitForLine(a, '/rw', 3)
    const behind = acquire(a, 'reader', '/rw')
    await waitForLine(b, '/rw', 4)
    expect(await holdingIn(b, '/rw')).toEqual([true, true, false, false])
    await reading.evaluate(hold => hold.release())
    await alsoReading.evaluate(hold => hold.release())
    const writer = await writing
    expect(await writer.evaluate(hold => hold.signal.aborted)).toBe(false)
    expect(await holdingIn(b, '/rw')).toEqual([true, false])
    await writer.evaluate(hold => hold.release())
    const tokens = [writer, await behind].map(hold => hold.evaluate(({ token }) => token))
    const [before = 0, after = 0] = await Promise.all(tokens)
    expect(after).toBeGreaterThan(before)
    await (await behind).evaluate(hold => hold.release())
  })
  await test.step("a semaphore of two is two tabs' at a time, and the third's when one of them lets go", async () => {
    const [one, two] = [await acquire(a, 'pair', '/pair'), await acquire(b, 'pair', '/pair')]
    const third = acquire(c, 'pair', '/pair')
    await waitForLine(a, '/pair/leases', 3)
    const has = () =>
      c.keeper.evaluate(async of => {
        const holders = await new window.lab.recipes.Semaphore(of, '/pair', 2).participants()
        return holders.map(({ session, isHolding }) => `${session} ${isHolding}`)
      })
    expect(await has()).toEqual([`${a.session} true`, `${b.session} true`, `${c.session} false`])
    await two.evaluate(hold => hold.release())
    await third
    expect(await has()).toEqual([`${a.session} true`, `${c.session} true`])
    for (const hold of [one, await third]) await hold.evaluate(each => each.release())
  })
  await test.step("two of three locks each, in any order: nobody waits for ever, no lock is two tabs'", async () => {
    for (const name of names) await makeBook(a, `/both-${name}`)
    const pairs = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
    ] as const
    const turns = tabs.map(({ keeper }, index) =>
      keeper.evaluate(
        async (of, { wanted, name }) => {
          const { recipes, note } = window.lab
          const locks = wanted.map(each => new recipes.Mutex(of, `/of-${each}`))
          const several = new recipes.MultiLock(of, locks)
          for (let turn = 0; turn < 3; turn++)
            await several.withLocks(async ({ tokens }) => {
              for (const each of wanted)
                await note(of, `/both-${each}`, `in ${name} ${tokens.get(`/of-${each}`)}`)
              for (const each of wanted) await note(of, `/both-${each}`, `out ${name}`)
            })
        },
        { wanted: pairs[index] ?? [], name: names[index] ?? '' },
      ),
    )
    await Promise.all(turns)
    const having = (lock: string) => names.filter((_, index) => pairs[index]?.some(each => each === lock))
    for (const lock of names) expectInTurn(await readBook(c, `/both-${lock}`), having(lock), 3)
  })
  await test.step('a tab that is asked for its lock gives it to the one that waits', async () => {
    const held = await acquire(a, 'mutex', '/asked')
    await held.evaluate(hold => {
      hold.revocation.addEventListener('abort', () => void hold.release())
    })
    const next = acquire(b, 'mutex', '/asked')
    await waitForLine(c, '/asked', 2)
    expect(await c.keeper.evaluate(of => new window.lab.recipes.Mutex(of, '/asked').revoke())).toBe(1)
    expect(await (await next).evaluate(hold => hold.signal.aborted)).toBe(false)
    expect(await held.evaluate(hold => hold.signal.aborted)).toBe(true)
  })
})

test('E2E-111 three tabs meet at barriers, add to a counter, share a value, and do each item of a queue once', async ({
  open,
}) => {
  const tabs = await three(open)
  const [a, b, c] = tabs
  await test.step('all wait at a barrier until it is removed', async () => {
    await a.keeper.evaluate(of => new window.lab.recipes.Barrier(of, '/barrier').set())
    await makeBook(a, '/passed')
    const waiting = [b, c].map(({ keeper }) =>
      keeper.evaluate(async of => {
        await window.lab.note(of, '/passed', 'comes')
        await new window.lab.recipes.Barrier(of, '/barrier').wait()
        await window.lab.note(of, '/passed', 'passed')
      }),
    )
    await waitForEntries(a, '/passed', ['comes', 'comes'])
    await takeLonger(a)
    await a.keeper.evaluate(async of => {
      await window.lab.note(of, '/passed', 'removed')
      await new window.lab.recipes.Barrier(of, '/barrier').remove()
    })
    await Promise.all(waiting)
    expect(await readBook(a, '/passed')).toEqual(['comes', 'comes', 'removed', 'passed', 'passed'])
  })
  await test.step('three enter together and leave together, twice', async () => {
    await makeBook(a, '/rounds')
    const play = ({ keeper }: Tab) =>
      keeper.evaluate(async of => {
        const { recipes, note } = window.lab
        for (const round of [1, 2]) {
          await note(of, '/rounds', `${round} come`)
          const inside = await new recipes.DoubleBarrier(of, '/double', 3).enter()
          await note(of, '/rounds', `${round} in`)
          await inside.leave()
          await note(of, '/rounds', `${round} out`)
        }
      })
    const early = [play(a), play(b)]
    await waitForLine(c, '/double', 2)
    await takeLonger(c)
    await Promise.all([...early, play(c)])
    const entries = await readBook(b, '/rounds')
    for (const round of [1, 2]) {
      const last = (what: string) => entries.lastIndexOf(`${round} ${what}`)
      expect(entries.indexOf(`${round} in`)).toBeGreaterThan(last('come'))
      expect(entries.indexOf(`${round} out`)).toBeGreaterThan(last('in'))
      expect(entries.filter(entry => entry === `${round} in`)).toHaveLength(3)
    }
  })
  await test.step('a counter has every addition, a shared value every change', async () => {
    const adding = tabs.map(({ keeper }) =>
      keeper.evaluate(async of => {
        const { Counter, SharedValue } = window.lab.recipes
        for (let turn = 0; turn < 10; turn++) await new Counter(of, '/count').add(2)
        const list = new SharedValue(of, '/list', '[]')
        for (let turn = 0; turn < 5; turn++)
          await list.update(data =>
            JSON.stringify([...JSON.parse(new TextDecoder().decode(data)), of.session]),
          )
      }),
    )
    await Promise.all(adding)
    for (const { keeper } of tabs)
      expect(await keeper.evaluate(of => new window.lab.recipes.Counter(of, '/count').get())).toBe(60)
    const list = await c.keeper.evaluate(async of => {
      const { data } = await new window.lab.recipes.SharedValue(of, '/list').get()
      return JSON.parse(new TextDecoder().decode(data))
    })
    const each = tabs.flatMap(({ session }) => Array.from({ length: 5 }, () => session))
    expect([...list].sort((x, y) => x - y)).toEqual(each.sort((x, y) => x - y))
  })
  await test.step("a queue's items are done once each; one whose worker throws is done by the next", async () => {
    await makeBook(a, '/done')
    const working = tabs.map(({ keeper }) =>
      keeper.evaluate(async of => {
        const { recipes, note } = window.lab
        const failure = new Error('this worker is not up to it')
        const over = new AbortController()
        const work = async ({ data }: { readonly data: Uint8Array }) => {
          const item = new TextDecoder().decode(data)
          if (item === 'end') return over.abort()
          if (item === '5' && (await of.exists('/failed', { consistency: 'linearizable' })) === null) {
            await of.create('/failed')
            throw failure
          }
          await note(of, '/done', item)
        }
        const jobs = new recipes.Queue(of, '/jobs')
        while (!over.signal.aborted)
          await jobs.process(work, { signal: over.signal }).catch(error => {
            if (error !== failure && !(error instanceof window.lab.KeeperError && error.code === 'Aborted'))
              throw error
          })
      }),
    )
    const items = Array.from({ length: 12 }, (_, index) => String(index))
    await b.keeper.evaluate(async (of, all) => {
      const jobs = new window.lab.recipes.Queue(of, '/jobs')
      for (const item of all) await jobs.put(item)
    }, items)
    await waitForEntries(a, '/done', items)
    await a.keeper.evaluate(async of => {
      for (let tab = 0; tab < 3; tab++) await new window.lab.recipes.Queue(of, '/jobs').put('end')
    })
    await Promise.all(working)
    expect(await readBook(c, '/done')).toHaveLength(items.length)
    expect(await c.keeper.evaluate(of => of.exists('/failed'))).not.toBeNull()
  })
  await test.step('the smallest priority is first, and an item with a delay comes when it is due', async () => {
    await a.keeper.evaluate(async of => {
      const urgent = new window.lab.recipes.PriorityQueue(of, '/urgent')
      await urgent.put('last', 7)
      await urgent.put('first', 1)
      await urgent.put('second', 1)
    })
    const taken = await b.keeper.evaluate(async of => {
      const urgent = new window.lab.recipes.PriorityQueue(of, '/urgent')
      const items = [await urgent.take(), await urgent.take(), await urgent.take()]
      return items.map(({ data }) => new TextDecoder().decode(data))
    })
    expect(taken).toEqual(['first', 'second', 'last'])
    const due = c.keeper.evaluate(async of => {
      const { data } = await new window.lab.recipes.DelayQueue(of, '/later').take()
      return { data: new TextDecoder().decode(data), at: Date.now() }
    })
    const put = await a.keeper.evaluate(async of => {
      const later = new window.lab.recipes.DelayQueue(of, '/later')
      const before = Date.now()
      await later.put('in a while', 1_500)
      await later.put('soon', 300)
      return before
    })
    const soon = await due
    expect(soon.data).toBe('soon')
    expect(soon.at - put, 'not before its time').toBeGreaterThanOrEqual(300)
  })
})

test('E2E-112 three tabs see who is there, mirror a subtree, and keep a znode that somebody deletes', async ({
  open,
}) => {
  const tabs = await three(open)
  const [a, b, c] = tabs
  await test.step('presence: each with what it says, until it leaves', async () => {
    const here = await Promise.all(
      tabs.map(({ keeper }, index) =>
        keeper.evaluateHandle(
          (of, name) => new window.lab.recipes.Group(of, '/here').join(`I am ${name}`, { name }),
          names[index] ?? '',
        ),
      ),
    )
    const members = ({ keeper }: Tab) =>
      keeper.evaluate(async of => {
        const all = await new window.lab.recipes.Group(of, '/here').members()
        return all.map(({ name, data }) => `${name}: ${new TextDecoder().decode(data)}`)
      })
    for (const tab of tabs)
      await expect.poll(() => members(tab)).toEqual(['a: I am a', 'b: I am b', 'c: I am c'])
    await here[0]?.evaluate(me => me.update('I am drawing'))
    await here[1]?.evaluate(me => me.leave())
    for (const tab of tabs) await expect.poll(() => members(tab)).toEqual(['a: I am drawing', 'c: I am c'])
  })
  await test.step('a cache becomes what the tree is', async () => {
    const cache = await c.keeper.evaluateHandle(of => window.lab.recipes.subtreeCache(of, '/board'))
    await a.keeper.evaluate(of => of.create('/board'))
    await Promise.all(
      [a, b].map(({ keeper, node }) =>
        keeper.evaluate(async (of, name) => {
          for (let shape = 0; shape < 20; shape++) {
            await of.create(`/board/${name}-${shape}`, 'drawn')
            if (shape % 3 === 0) await of.set(`/board/${name}-${shape}`, 'moved')
            if (shape % 4 === 0) await of.delete(`/board/${name}-${shape}`)
          }
        }, node),
      ),
    )
    const inTree = await c.keeper.evaluate(async of => {
      await of.sync()
      const { children } = await of.children('/board')
      const lines = await Promise.all(
        children.map(async name => {
          const { data, stat } = await of.get(`/board/${name}`)
          return `/board/${name} v${stat.version} ${new TextDecoder().decode(data)}`
        }),
      )
      return lines.sort()
    })
    expect(inTree).toHaveLength(30)
    const mirrored = () =>
      cache.evaluate(({ view }) =>
        [...view.znodes.values()]
          .filter(({ path }) => path !== '/board')
          .map(({ path, data, stat }) => `${path} v${stat.version} ${new TextDecoder().decode(data)}`)
          .sort(),
      )
    await expect.poll(mirrored).toEqual(inTree)
  })
  await test.step('a znode that is kept comes back, until it is kept no longer', async () => {
    const kept = await a.keeper.evaluateHandle(async of => {
      const node = window.lab.recipes.persistentNode(of, '/kept', { data: 'mine' })
      await node.ready()
      return node
    })
    const first = await b.keeper.evaluate(async of => {
      await of.sync()
      const { stat } = await of.get('/kept')
      await of.delete('/kept')
      return stat.czxid
    })
    const present = () => c.keeper.evaluate(async of => (await of.exists('/kept'))?.czxid ?? 0)
    await expect.poll(present).toBeGreaterThan(first)
    await kept.evaluate(node => node.close())
    await expect.poll(present).toBe(0)
  })
})
