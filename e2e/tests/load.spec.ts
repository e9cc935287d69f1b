/** Three tabs at once, and a judge who was not there. */
import { checkLinearizable } from '@peerkeeper/core/sim'
import { historyOf, stepsBack } from '../support/histories.ts'
import { expectSameState, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'

const writesInAll = 10_000

test('E2E-18 ten thousand writes by three tabs at once are linearizable, and all replicas end in the same state', async ({
  open,
}) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const keys = Array.from({ length: 20 }, (_, number) => `/k${number}`)
  const from = Date.now()
  const done = await Promise.all(
    tabs.map(({ page, keeper }, index) =>
      page.evaluate(async ({ keeper, options }) => window.lab.work(keeper, options), {
        keeper,
        options: { name: `t${index}`, keys, lanes: 40, writes: Math.ceil(writesInAll / 3), seed: 1 + index },
      }),
    ),
  )
  const seconds = (Date.now() - from) / 1_000
  const works = done.flatMap(({ works }) => works)
  const writes = works.filter(({ f }) => f !== 'read').length
  const local = done.flatMap(({ localReads }) => localReads).length
  expect(writes).toBeGreaterThanOrEqual(writesInAll)
  console.log(
    `${writes} writes, ${works.length - writes} quorum reads and ${local} local reads by three tabs in ` +
      `${seconds.toFixed(1)} s: ${(writes / seconds).toFixed(0)} writes a second`,
  )
  expect(checkLinearizable(historyOf(done))).toEqual({ linearizable: true })
  expect(done.flatMap(stepsBack)).toEqual([])
  await expectSameState(tabs)
})

test('E2E-18 the judge notices an answer that cannot be', async () => {
  const times = { from: 0, to: 10 }
  const works = [
    { f: 'create', key: '/k', asked: 'a', type: 'ok', value: [0, 'a'], ...times },
    { f: 'read', key: '/k', asked: null, type: 'ok', value: [1, 'b'], ...times },
  ] as const
  expect(checkLinearizable(historyOf([{ works, localReads: [] }])).linearizable).toBe(false)
  expect(
    stepsBack({
      works: [],
      localReads: [
        { key: '/k', mzxid: 2 },
        { key: '/k', mzxid: 1 },
      ],
    }),
  ).toHaveLength(1)
})
