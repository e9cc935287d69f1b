import { describe, expect, test } from 'vitest'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import { isMember } from '../../src/logic/consensus/membership.ts'
import type { SimNode } from '../../src/sim/node.ts'
import { electionTimeoutMs, Scripted } from './scripted.ts'

const recoveryMs = 3 * electionTimeoutMs

const hasLeft = (node: SimNode): boolean => node.running?.replica.hasLeft === true

function isOut({ id, running }: SimNode): boolean {
  const status = running?.replica.status()
  return status !== undefined && !isMember(status.membership, id)
}

/** `leaver` asks to be taken out, and is, up to the very moment at which `holds`. */
function takenOut(script: Scripted, leaver: SimNode, holds: (leaver: SimNode) => boolean): void {
  const { clock } = script.world
  const until = clock.now + recoveryMs
  leaver.push({ type: 'leave' })
  for (let askAt = 0; !holds(leaver) && clock.step(until); ) {
    if (clock.now < askAt) continue
    askAt = clock.now + 100
    script.doer?.ask({ type: 'changeMembership', change: { type: 'remove', node: leaver.id } })
  }
  expect(holds(leaver)).toBe(true)
}

/** From the moment at which it knows that it was taken out nothing more arrives anywhere. */
function takenOutUnheard(script: Scripted, leaver: SimNode): void {
  takenOut(script, leaver, isOut)
  script.link()
}

describe.each(engineNames)('%s', engine => {
  test.each([1, 2, 3])(
    'REPLICA-16 of two the leader leaves, and the word that it is out is lost: it stays until the other has it on disk (seed %i)',
    seed => {
      const script = new Scripted(engine, 2, seed)
      const leaver = script.doer as SimNode
      const [other] = script.nodes.filter(node => node !== leaver) as [SimNode]
      script.open(other)

      takenOutUnheard(script, leaver)
      script.run(1_000)
      expect(hasLeft(leaver)).toBe(false)
      script.world.network.mend()
      // Who says that it was taken out leads no more: nobody waits until that leader is missed.
      script.need(() => hasLeft(leaver), 500)

      leaver.crash(false)
      other.crash(false)
      script.world.start(other)
      script.set(other, '1')
      script.need(() => script.written.length === 2, recoveryMs)
    },
  )

  describe.each(['the leader', 'the other one'])('%s', who => {
    test.each([1, 2, 3])(
      'REPLICA-16 of two one leaves, and the one that stays starts again in the moment at which the first may go (seed %i)',
      seed => {
        const script = new Scripted(engine, 2, seed)
        const isLeaver = (node: SimNode) => (node === script.doer) === (who === 'the leader')
        const leaver = script.nodes.find(isLeaver) as SimNode
        const stays = script.nodes.find(node => node !== leaver) as SimNode
        script.open(stays)

        takenOut(script, leaver, hasLeft)
        leaver.crash(false)
        stays.crash(false)
        script.world.start(stays)
        script.set(stays, '1')
        script.need(() => script.written.length === 2, recoveryMs)
      },
    )
  })

  test('REPLICA-16 of three one leaves: a quorum of the two others is enough, and it is not kept for long', () => {
    const script = new Scripted(engine, 3)
    const leaver = script.doer as SimNode
    takenOutUnheard(script, leaver)
    script.run(1_000)
    expect(hasLeft(leaver)).toBe(false)
    script.world.network.mend()
    script.need(() => hasLeft(leaver), recoveryMs)
  })

  test.each([1, 2, 3, 4])(
    'FEED-10 one that was fed leaves right after its promotion, and hears that it is out (seed %i)',
    seed => {
      const script = new Scripted(engine, 3, seed)
      const joiner = script.world.addJoiner()
      const voters = () => script.world.invariants.decisions.membership.voters
      const isObserver = () => joiner.running?.replica.status().membership.observers.includes(joiner.id)
      script.need(() => isObserver() === true, recoveryMs)
      script.run(1_000)
      script.need(() => {
        script.doer?.ask({ type: 'changeMembership', change: { type: 'promote', node: joiner.id } })
        return voters().includes(joiner.id)
      }, recoveryMs)
      takenOut(script, joiner, hasLeft)
    },
  )

  test('REPLICA-16 an observer that leaves waits for nobody', () => {
    const script = new Scripted(engine, 2)
    const joiner = script.world.addJoiner()
    script.need(
      () => joiner.running?.replica.status().membership.observers.includes(joiner.id) === true,
      recoveryMs,
    )
    takenOutUnheard(script, joiner)
    expect(hasLeft(joiner)).toBe(true)
  })
})
