/** A replica whose storage was damaged says so and stays silent; the others have everything. */
import { hostAmong } from '../support/host.ts'
import {
  expectSameState,
  openKeeper,
  statusOf,
  type Tab,
  waitForData,
  waitForVoters,
} from '../support/tab.ts'
import { expect, test } from '../support/test.ts'
import { treeOf } from '../support/tree.ts'

test('E2E-23 a replica with a damaged row in its log is not opened, and the way out works', async ({
  open,
  room,
}) => {
  await surviveDamage(open, room, 'flip', 'is not what was written')
})

test('E2E-24 a replica with a missing row in its log is not opened, and the way out works', async ({
  open,
  room,
}) => {
  await surviveDamage(open, room, 'remove', 'is missing')
})

test('E2E-25 a database that is deleted under a running replica stops it, and its calls say so', async ({
  open,
  room,
}) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const [a, b, c] = tabs
  await a.keeper.evaluate(keeper => keeper.create('/x', 'first'))
  await a.keeper.evaluate(keeper => keeper.create('/y', 'kept'))
  await expectSameState(tabs)
  await c.page.evaluate(([room, node]) => window.lab.deleteDatabase(room, node), [room, c.node] as const)
  const heard = await c.keeper.evaluate(keeper =>
    keeper.set('/x', 'lost?').then(() => 'set', window.lab.explain),
  )
  expect(heard).toMatch(/^ReplicaStopped: Storage/)
  expect(await stateOf(c)).toBe('closed')
  expect(await c.keeper.evaluate(keeper => keeper.status())).toBeNull()
  expect(await c.keeper.evaluate(keeper => keeper.get('/x').then(() => 'read', window.lab.explain))).toBe(
    heard,
  )
  // What it promised is lost: it is nobody any more, and a new member takes its place.
  const again = await openKeeper(c.page, { room })
  expect(again.node).not.toBe(c.node)
  await waitForData([again], '/y', 'kept')
  await b.keeper.evaluate(keeper => keeper.create('/after'))
  await waitForData([a, b], '/after', '')
  expect((await statusOf(a)).leader).not.toBeNull()
  await waitForVoters([a, b, again])
  await expectSameState([a, b, again])
})

test('E2E-58 when the database of a hosted replica is deleted a tab that has a seat hosts a new member, and its session goes on', async ({
  open,
  browser,
  room,
  signaling: { url: signaling },
}) => {
  const contexts = [await browser.newContext(), await browser.newContext()] as const
  const replicas = 'per-device'
  const a = await open({ signaling, context: contexts[0], replicas })
  const joining = { signaling, ensemble: a.ensemble, replicas } as const
  const b = await open({ ...joining, context: contexts[1] })
  const host = await open(joining)
  const seated = await open(joining)
  expect(await hostAmong([host, seated])).toBe(host)
  await waitForVoters([a, b, host])
  await seated.keeper.evaluate(keeper => keeper.create('/of-seated', 'here', { mode: 'ephemeral' }))
  await host.page.evaluate(([name, node]) => window.lab.deleteDatabase(name, node), [
    room,
    host.node,
  ] as const)
  const heard = await host.keeper.evaluate(keeper =>
    keeper.create('/lost').then(() => 'set', window.lab.explain),
  )
  expect(heard).toMatch(/^ReplicaStopped: Storage/)
  expect(await stateOf(host)).toBe('closed')

  // Whether what it asked last was carried out nobody can tell any more; nothing else hangs on it.
  await seated.keeper.evaluate(keeper => keeper.create('/after', 'by the seated'))
  await waitForData([a, b, seated], '/after', 'by the seated')
  await waitForData([a, b, seated], '/of-seated', 'here')
  expect(await seated.keeper.evaluate(({ session }) => session)).toBe(seated.session)
  const { node } = await statusOf(seated)
  expect(node).not.toBe(host.node)
  await waitForVoters([a, b, { ...seated, node }])
  await expectSameState([a, b, seated])
  await Promise.all(contexts.map(context => context.close()))
})

/** Damages the log of one replica of three, sees it refused with `defect`, and lets it begin anew as the error says. */
async function surviveDamage(
  open: () => Promise<Tab>,
  room: string,
  how: 'flip' | 'remove',
  defect: string,
): Promise<void> {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const [a, b, c] = tabs
  for (let count = 0; count < 20; count++)
    await a.keeper.evaluate((keeper, each) => keeper.create(`/n-${each}`, 'kept'), count)
  await expectSameState(tabs)
  const before = await treeOf(a)
  await c.keeper.evaluate(keeper => keeper.close())
  await c.page.evaluate(([room, node, how]) => window.lab.damageLog(room, node, how), [
    room,
    c.node,
    how,
  ] as const)

  const refused = await c.page.evaluate(each => window.lab.tryOpen(each), { room })
  expect(refused).toMatch(/^OpenFailed: StorageCorrupt: /)
  expect(refused).toContain(defect)
  expect(refused).toContain(
    `Call deleteReplica(room, '${c.node}'), then connect: a new member takes its place`,
  )
  // Nothing is repaired or forgotten on the way: it is refused again.
  expect(await c.page.evaluate(each => window.lab.tryOpen(each), { room })).toBe(refused)

  await a.keeper.evaluate(keeper => keeper.create('/meanwhile', 'kept'))
  expect(await treeOf(b)).toEqual(['/meanwhile v0 kept', ...before].sort(byPath))

  // The way out that the message names.
  await c.page.evaluate(([room, node]) => window.lab.deleteReplica(room, node), [room, c.node] as const)
  const again = await openKeeper(c.page, { room })
  expect(again.node).not.toBe(c.node)
  await waitForData([again], '/meanwhile', 'kept')
  await expectSameState([a, b, again])
}

const stateOf = ({ keeper }: Tab) => keeper.evaluate(each => each.state)

const byPath = (one: string, other: string) => (one < other ? -1 : 1)
