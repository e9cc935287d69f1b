/** One of three is left: it answers what it can, says what it cannot, and carries on when another comes back. */
import { expectSameState, leaderAmong, read, type Tab, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

test('E2E-27 the leader, left without a quorum, suspends; its writes are carried out once when there is one', async ({
  open,
}) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const { leader, others } = await leaderAmong(tabs)
  await outlive(leader, others, open)
})

test('E2E-28 a follower, left without a quorum, does the same', async ({ open }) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const { leader, others } = await leaderAmong(tabs)
  const [survivor, other] = others
  if (survivor === undefined || other === undefined) throw new Error('nobody follows')
  await outlive(survivor, [leader, other], open)
})

async function outlive(survivor: Tab, others: readonly Tab[], open: () => Promise<Tab>): Promise<void> {
  const { keeper, page } = survivor
  await keeper.evaluate(async each => {
    await each.create('/x', 'before')
    await each.create('/queue')
  })
  const states = await keeper.evaluateHandle(each => {
    const heard: string[] = []
    each.on('state', state => heard.push(state))
    return heard
  })
  for (const tab of others) await tab.page.close()
  await expect.poll(() => keeper.evaluate(each => each.state)).toBe('suspended')

  expect(await read(survivor, '/x'), 'local reads are answered').toBe('before')
  const codes = await keeper.evaluate(async each => {
    const soon = { timeoutMs: 300 }
    const abort = new AbortController()
    const calls = [
      each.set('/x', 'timed out', soon),
      each.sync(soon),
      each.get('/x', { ...soon, consistency: 'linearizable' }),
      each.set('/x', 'aborted', { signal: abort.signal }),
      each.sync({ signal: abort.signal }),
      each.set('/x', 'never asked', { signal: AbortSignal.abort() }),
    ].map((call: Promise<unknown>) =>
      call.then(
        () => 'answered',
        error => error.code,
      ),
    )
    abort.abort()
    return Promise.all(calls)
  })
  expect(codes).toEqual(['Timeout', 'Timeout', 'Timeout', 'Aborted', 'Aborted', 'Aborted'])

  const waiting = await page.evaluateHandle(
    ({ keeper: each }) => ({
      all: Promise.all(
        Array.from({ length: 20 }, (_, count) =>
          each
            .create('/queue/n-', String(count), { mode: 'persistentSequential', timeoutMs: 45_000 })
            .then(({ path }) => path),
        ),
      ),
    }),
    { keeper },
  )
  const back = await open()
  await expect.poll(() => keeper.evaluate(each => each.state)).toBe('connected')
  const paths = await waiting.evaluate(({ all }) => all)
  expect(paths).toEqual(paths.map((_, count) => `/queue/n-${String(count).padStart(10, '0')}`))
  expect((await states.evaluate(heard => heard)).slice(0, 2)).toEqual(['suspended', 'connected'])

  // Those that were given up come first, in their order, and once: two sets, not three.
  const { children, version } = await back.keeper.evaluate(async each => ({
    children: (await each.children('/queue', { consistency: 'linearizable' })).children,
    version: (await each.get('/x')).stat.version,
  }))
  expect(children).toHaveLength(20)
  expect(version).toBe(2)
  await waitForData([survivor, back], '/x', 'aborted')
  await expectSameState([survivor, back])
}
