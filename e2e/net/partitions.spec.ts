/** Firewalls between hosts: commits go on wherever a quorum hears each other, stop elsewhere, and all is well afterwards. */
import { type HostTab, keepBusy, leaderOf, openThree, type Trio, waitForState } from './support/ensemble.ts'
import { waitForLinks } from './support/links.ts'
import { expect, test } from './support/net-test.ts'
import type { Network } from './support/network.ts'

const everyone = ['server', 'a', 'b', 'c'] as const

test('NET-4 a leader whom nobody hears, and who hears everybody, is replaced, and comes back', async ({
  openOn,
  network,
}) => {
  const busy = await keepBusy(await openThree(openOn))
  const { leader, others } = await leaderOf(busy.tabs)
  const at = Date.now()
  for (const host of everyone) if (host !== leader.host) await network.cut(leader.host, host)
  await busy.goOn(others)
  console.log(`   longest pauses of the others' writes: ${busy.pauses(others, at)}`)
  await waitForState(leader, 'suspended')
  const healed = Date.now()
  await network.mend()
  await busy.goOn(busy.tabs)
  console.log(`   longest pauses since it was mended: ${busy.pauses(busy.tabs, healed)}`)
  await busy.end()
})

test('NET-5 a follower that hears nobody, and whom everybody hears, disturbs nobody, and catches up', async ({
  openOn,
  network,
}) => {
  const busy = await keepBusy(await openThree(openOn))
  const { leader, others } = await leaderOf(busy.tabs)
  const [deaf, other] = others
  const at = Date.now()
  for (const host of everyone) if (host !== deaf.host) await network.cut(host, deaf.host)
  await waitForState(deaf, 'suspended')
  await busy.goOn([leader, other])
  console.log(`   longest pauses of the others' writes: ${busy.pauses([leader, other], at)}`)
  await network.mend()
  await busy.goOn(busy.tabs)
  await busy.end()
})

const pairs = [
  ['the leader and a follower', (leader: HostTab, [one]: readonly [HostTab, HostTab]) => [leader, one]],
  ['two followers', (_: HostTab, others: readonly [HostTab, HostTab]) => others],
] as const

/** Cuts such a pair of `tabs` off from each other. */
async function cutPair(network: Network, tabs: Trio, pick: (typeof pairs)[number][1]): Promise<void> {
  const { leader, others } = await leaderOf(tabs)
  const [one, two] = pick(leader, others)
  if (one === undefined || two === undefined) throw new Error('a pair is two')
  await network.cut(one.host, two.host)
  await network.cut(two.host, one.host)
}

/** Nobody reaches the signaling server, nor does it reach anybody. */
async function cutServer(network: Network): Promise<void> {
  for (const host of ['a', 'b', 'c']) {
    await network.cut('server', host)
    await network.cut(host, 'server')
  }
}

/** Writes of all three go on while `part` parts them, and when that is mended, with all links. */
async function goOnWhile(
  openOn: Parameters<typeof openThree>[0],
  network: Network,
  part: (tabs: Trio) => Promise<void>,
): Promise<void> {
  const busy = await keepBusy(await openThree(openOn))
  const at = Date.now()
  await part(busy.tabs)
  await busy.goOn(busy.tabs)
  console.log(`   longest pauses of writes: ${busy.pauses(busy.tabs, at)}`)
  const healed = Date.now()
  await network.mend()
  await busy.goOn(busy.tabs)
  await waitForLinks(busy.tabs)
  console.log(`   all links stood ${Date.now() - healed} ms after it was mended`)
  await busy.end()
}

for (const [title, pick] of pairs)
  test(
    `NET-6 where ${title} cannot reach each other, writes of all go on`,
    {
      // One of the two is enough for a run that has little time: the one that was hard.
      tag: title === 'two followers' ? '@long' : [],
    },
    ({ openOn, network }) => goOnWhile(openOn, network, tabs => cutPair(network, tabs, pick)),
  )

for (const [title, pick] of pairs)
  test(
    `NET-14 and so they do where ${title} cannot reach each other, and nobody the server: by the third`,
    {
      tag: '@long',
    },
    ({ openOn, network }) =>
      goOnWhile(openOn, network, async tabs => {
        await cutServer(network)
        await cutPair(network, tabs, pick)
      }),
  )

test('NET-7 a leader cut off from everybody suspends while the others elect, and carries out its writes afterwards', async ({
  openOn,
  network,
}) => {
  const busy = await keepBusy(await openThree(openOn))
  const { leader, others } = await leaderOf(busy.tabs)
  const at = Date.now()
  for (const host of everyone) {
    if (host === leader.host) continue
    await network.cut(leader.host, host)
    await network.cut(host, leader.host)
  }
  const suspended = waitForState(leader, 'suspended')
  await busy.goOn(others)
  console.log(`   longest pauses of the others' writes: ${busy.pauses(others, at)}`)
  console.log(`   the leader was suspended after ${(await suspended) - at} ms`)
  const before = busy.writerOf(leader).acknowledged.length
  await busy.goOn(others)
  expect(busy.writerOf(leader).acknowledged.length, 'acknowledged without a quorum').toBe(before)
  const healed = Date.now()
  await network.mend()
  await busy.goOn([leader])
  console.log(`   its longest pause since it was mended: ${busy.pauses([leader], healed)}`)
  await busy.end()
})

test('NET-8 while the signaling server cannot be reached, links stand and writes go on', async ({
  openOn,
  network,
}) => {
  const busy = await keepBusy(await openThree(openOn))
  const at = Date.now()
  await cutServer(network)
  await busy.goOn(busy.tabs)
  await busy.goOn(busy.tabs)
  console.log(`   longest pauses of writes: ${busy.pauses(busy.tabs, at)}`)
  await waitForLinks(busy.tabs)
  await network.mend()
  await busy.end()
})
