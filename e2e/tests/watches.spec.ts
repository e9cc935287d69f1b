/** Watches across tabs: set in one, fired by another. */
import { openKeeper, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

test('E2E-2 a persistent recursive watch tells every change of another tab once and in order', async ({
  open,
}) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const [a, b] = tabs
  await a.keeper.evaluate(keeper => keeper.create('/w'))
  const events = await b.keeper.evaluateHandle(async keeper => {
    await keeper.sync()
    const seen: string[] = []
    const watcher = await keeper.watch('/w', { recursive: true })
    void (async () => {
      for await (const { type, path } of watcher) seen.push(`${type} ${path}`)
      seen.push('done')
    })()
    return { seen, watcher }
  })
  await a.keeper.evaluate(async keeper => {
    await keeper.create('/w/a', '1')
    await keeper.set('/w/a', '2')
    await keeper.create('/w/a/b')
    await keeper.create('/elsewhere')
    await keeper.delete('/w/a/b')
    await keeper.delete('/w/a')
    await keeper.set('/w', 'end')
  })
  const changes = [
    'NodeCreated /w/a',
    'NodeDataChanged /w/a',
    'NodeCreated /w/a/b',
    'NodeDeleted /w/a/b',
    'NodeDeleted /w/a',
    'NodeDataChanged /w',
  ]
  await expect.poll(() => events.evaluate(({ seen }) => seen)).toEqual(changes)
  await events.evaluate(({ watcher }) => watcher.close())
  await a.keeper.evaluate(keeper => keeper.set('/w', 'after'))
  await b.keeper.evaluate(keeper => keeper.sync())
  expect(await events.evaluate(({ seen }) => seen)).toEqual([...changes, 'done'])
})

test('E2E-3 a one-shot watch is called once, at the first change by another tab', async ({ open }) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const [a, b] = tabs
  await a.keeper.evaluate(keeper => keeper.create('/x', 'first'))
  const events = await b.keeper.evaluateHandle(async keeper => {
    await keeper.sync()
    const seen: string[] = []
    await keeper.get('/x', { watch: ({ type, path }) => seen.push(`${type} ${path}`) })
    await keeper.exists('/none', { watch: ({ type, path }) => seen.push(`${type} ${path}`) })
    await keeper.children('/x', { watch: ({ type, path }) => seen.push(`${type} ${path}`) })
    return seen
  })
  await a.keeper.evaluate(async keeper => {
    await keeper.set('/x', 'second')
    await keeper.set('/x', 'third')
    await keeper.create('/none')
    await keeper.create('/x/child')
    await keeper.create('/x/other')
  })
  const once = ['NodeDataChanged /x', 'NodeCreated /none', 'NodeChildrenChanged /x']
  await expect.poll(() => events.evaluate(seen => seen)).toEqual(once)
  await b.keeper.evaluate(keeper => keeper.sync())
  expect(await events.evaluate(seen => seen)).toEqual(once)
})

test('E2E-36 a watch goes on from its zxid in the page that comes after a reload: nothing lost, nothing twice', async ({
  open,
  room,
}) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const [a, b] = tabs
  await a.keeper.evaluate(keeper => keeper.create('/w'))
  const before = await b.keeper.evaluate(async keeper => {
    await keeper.sync()
    const watcher = await keeper.watch('/w', { recursive: true })
    return watcher.zxid
  })
  const write = (from: number, to: number) =>
    a.keeper.evaluate(
      async (keeper, [first, end]) => {
        for (let n = first; n < end; n++) await keeper.create(`/w/${n}`)
      },
      [from, to] as const,
    )
  await write(0, 20)
  await Promise.all([write(20, 40), b.page.reload()])
  await b.page.waitForFunction(() => 'lab' in window)
  const again = await openKeeper(b.page, { room })
  const seen = await again.keeper.evaluateHandle(async (keeper, from) => {
    const paths: string[] = []
    const watcher = await keeper.watch('/w', { recursive: true, from })
    void (async () => {
      for await (const event of watcher) paths.push(`${event.type} ${event.path}`)
    })()
    return paths
  }, before)
  await write(40, 50)
  const expected = Array.from({ length: 50 }, (_, n) => `NodeCreated /w/${n}`)
  await expect.poll(() => seen.evaluate(paths => paths.length)).toBe(50)
  expect(await seen.jsonValue()).toEqual(expected)
})
