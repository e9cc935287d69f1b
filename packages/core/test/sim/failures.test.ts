import { describe, expect, test } from 'vitest'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import type { SimNode } from '../../src/sim/node.ts'
import { electionTimeoutMs, Scripted } from './scripted.ts'

/** Until the survivors have a leader, and the write an answer. */
const recoveryMs = 3 * electionTimeoutMs

describe.each(engineNames)('%s', engine => {
  test.each([3, 5, 7])('FAIL-1 FAIL-2 FAIL-3 %i voters lose F, then one more, and get it back', voters => {
    const script = new Scripted(engine, voters)
    const [leader, ...others] = [script.doer, ...script.nodes.filter(node => node !== script.doer)]
    const [home, ...rest] = others as [SimNode, ...SimNode[]]
    const lost = [leader, ...rest].slice(0, (voters - 1) / 2) as SimNode[]
    const [oneMore] = rest.filter(node => !lost.includes(node)) as [SimNode]
    script.open(home)
    script.set(home, '1')
    script.need(() => script.written.length === 2, 1_000)

    for (const node of lost) node.crash(false)
    script.set(home, '2')
    script.need(() => script.written.length === 3, recoveryMs)
    script.run(2_000)

    const slots = script.slots
    oneMore.crash(false)
    for (const data of ['3', '4', '5']) script.set(home, data)
    script.read(home, 'sequential')
    script.need(() => script.answered.length === 1, 100)
    expect(script.lastRead).toEqual(['2', 2])
    script.read(home, 'linearizable')
    script.run(3 * recoveryMs)
    expect(script.slots).toBe(slots)
    expect([script.written.length, script.answered.length]).toEqual([3, 1])

    script.world.start(oneMore)
    script.need(() => script.written.length === 6 && script.answered.length === 2, recoveryMs)
    script.run(2_000)
    expect(script.written.map(({ reply }) => reply.result.ok)).toEqual(Array(6).fill(true))
    script.read(home, 'linearizable')
    script.need(() => script.answered.length === 3, 1_000)
    expect(script.lastRead).toEqual(['5', 5])
  })

  test('FAIL-4 voters that were taken out go for good; the one that remains goes on, also after a restart', () => {
    const script = new Scripted(engine, 3)
    const [home, ...others] = script.nodes as [SimNode, ...SimNode[]]
    script.open(home)
    for (const { id: node } of others) {
      const isOut = () => !script.world.invariants.decisions.membership.voters.includes(node)
      script.need(() => {
        script.doer?.ask({ type: 'changeMembership', change: { type: 'remove', node } })
        return isOut()
      }, recoveryMs)
      script.run(1_000)
    }
    for (const node of others) node.crash(false)
    home.crash(false)
    script.world.start(home)
    script.set(home, '1')
    script.need(() => script.written.length === 2, recoveryMs)
  })
})
