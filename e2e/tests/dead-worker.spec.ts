/** A worker that dies leaves nobody waiting. */
import { expectSameState, openKeeper, waitForData, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

test('E2E-26 when the worker dies every call of its page is settled, and the others go on', async ({
  open,
  room,
}) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const [a, b, c] = tabs
  await a.keeper.evaluate(keeper => keeper.create('/x', 'before'))
  await waitForData(tabs, '/x', 'before')
  const { heard, status, state, ms } = await c.keeper.evaluate(async keeper => {
    const standing = await keeper.watch('/x', { recursive: true })
    const calls = [
      keeper.set('/x', 'lost'),
      keeper.create('/y'),
      keeper.delete('/x'),
      keeper.get('/x'),
      keeper.get('/x', { consistency: 'linearizable' }),
      keeper.exists('/x'),
      keeper.children('/'),
      keeper.watch('/y'),
      keeper.sync(),
      standing.next(),
    ].map((call: Promise<unknown>) => call.then(() => 'answered', window.lab.explain))
    const from = performance.now()
    window.lab.worker?.terminate()
    const status = keeper.status()
    const heard = await Promise.all(calls)
    const after = await Promise.all(
      [keeper.get('/x'), keeper.set('/x', ''), keeper.sync()].map((call: Promise<unknown>) =>
        call.then(() => 'answered', window.lab.explain),
      ),
    )
    await keeper.close()
    return {
      heard: [...heard, ...after].map(each => each.split(':')[0]),
      status: await status,
      state: keeper.state,
      ms: performance.now() - from,
    }
  })
  expect(heard).toEqual(heard.map(() => 'WorkerDied'))
  expect({ status, state }).toEqual({ status: null, state: 'closed' })
  console.log(`a dead worker was noticed after ${ms.toFixed(0)} ms`)
  expect(ms, 'the lock tells, not the probes').toBeLessThan(4_000)

  await a.keeper.evaluate(keeper => keeper.set('/x', 'after'))
  await waitForData([a, b], '/x', 'after')
  // The identity is free: the same page is the same replica again.
  const again = await openKeeper(c.page, { room })
  expect(again.node).toBe(c.node)
  await waitForData([again], '/x', 'after')
  await expectSameState([a, b, again])
})
