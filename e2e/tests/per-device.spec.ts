/** One replica for a browser profile: its tabs share it, and one of them hosts it next. */
import { hostAmong } from '../support/host.ts'
import { statusOf, waitForData } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const replicas = 'per-device'

test('E2E-37 the tabs of a profile share one replica and one tree, each with a session of its own', async ({
  open,
}) => {
  const tabs = [await open({ replicas }), await open({ replicas }), await open({ replicas })]
  expect(new Set(tabs.map(({ node }) => node)).size).toBe(1)
  expect(new Set(tabs.map(({ session }) => session)).size).toBe(3)
  await hostAmong(tabs)
  for (const [index, tab] of tabs.entries())
    await tab.keeper.evaluate(
      (keeper, path) => keeper.create(path, 'here', { mode: 'ephemeral' }),
      `/t${index}`,
    )
  for (const index of tabs.keys()) await waitForData(tabs, `/t${index}`, 'here')
  for (const tab of tabs) expect((await statusOf(tab)).membership.voters).toEqual([tabs[0]?.node])
})

for (const ending of ['closed', 'reloaded'] as const)
  test(`E2E-38 when the hosting tab is ${ending} another hosts the same replica, and nothing of the others is lost`, async ({
    open,
  }) => {
    let tabs = [
      await open({ replicas }),
      await open({ replicas }),
      await open({ replicas }),
      await open({ replicas }),
    ]
    const [first] = tabs
    for (let round = 0; tabs.length > 1; round++) {
      const host = await hostAmong(tabs)
      const others = tabs.filter(tab => tab !== host)
      const [writer, watching] = [others[0] ?? host, others.at(-1) ?? host]
      await writer.keeper.evaluate(
        (keeper, path) => keeper.create(path, 'mine', { mode: 'ephemeral' }),
        `/e${round}`,
      )
      const seen = await watching.keeper.evaluateHandle(async (keeper, n) => {
        await keeper.create(`/w${n}`)
        const paths: string[] = []
        const watcher = await keeper.watch(`/w${n}`, { recursive: true })
        void (async () => {
          for await (const event of watcher) paths.push(event.path)
        })()
        return paths
      }, round)
      // Two writes are always under way while the host goes, and go on until the others have seen a hundred more.
      const writing = await writer.keeper.evaluateHandle((keeper, n) => {
        const work = { isDone: false, count: 0, longestMs: 0, end: Promise.resolve() }
        const next = async () => {
          for (let before = performance.now(); !work.isDone; before = performance.now()) {
            await keeper.create(`/w${n}/${work.count++}`)
            work.longestMs = Math.max(work.longestMs, performance.now() - before)
          }
        }
        work.end = Promise.all([next(), next()]).then(() => undefined)
        return work
      }, round)
      const heard = () => seen.evaluate(paths => paths.length)
      await expect.poll(heard).toBeGreaterThan(20)
      if (ending === 'closed') await host.page.close()
      else await host.page.goto('about:blank')
      const before = await heard()
      await expect.poll(heard).toBeGreaterThan(before + 100)
      const { count, longestMs } = await writing.evaluate(async work => {
        work.isDone = true
        await work.end
        return { count: work.count, longestMs: work.longestMs }
      })
      console.log(
        `host ${ending}, ${others.length} tabs left: the longest of ${count} writes took ${longestMs.toFixed(0)} ms`,
      )
      const expected = new Set(Array.from({ length: count }, (_, index) => `/w${round}/${index}`))
      await expect.poll(heard).toBe(count)
      const paths = await seen.jsonValue()
      expect(new Set(paths)).toEqual(expected)
      expect(paths.length).toBe(expected.size)
      await waitForData(others, `/e${round}`, 'mine')
      for (const tab of others) expect((await statusOf(tab)).node).toBe(first?.node)
      tabs = others
    }
  })
