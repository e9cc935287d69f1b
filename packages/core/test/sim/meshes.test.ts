import { describe, expect, test } from 'vitest'
import type { EngineName } from '../../src/logic/consensus/engine.ts'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import type { SimNode } from '../../src/sim/node.ts'
import { electionTimeoutMs, Scripted } from './scripted.ts'

const seeds = [1, 2, 3, 4, 5, 6]

/** A client at `home` writes; how long until it is answered, or null. */
function writeAt(script: Scripted, home: SimNode, maxMs: number): number | null {
  const before = script.written.length
  script.set(home, 'w')
  return script.until(() => script.written.length > before, maxMs)
}

/** Five voters, of whom `hub` reaches all and the others, the former leader among them, nobody else. */
function quorumLoss(script: Scripted): SimNode {
  const hub = script.nodes.find(node => node !== script.doer) as SimNode
  script.open(hub)
  script.link(...script.nodes.map(({ id }) => [hub.id, id] as const))
  return hub
}

/** As before, but the leader reaches nobody, and the hub was away while others wrote: its log is behind theirs. */
function constrainedElection(script: Scripted): SimNode {
  const leader = script.doer as SimNode
  const [hub, home] = script.nodes.filter(node => node !== leader) as [SimNode, SimNode]
  const others = script.nodes.filter(node => node !== hub)
  script.open(home)
  script.link(...others.flatMap(({ id: a }) => others.map(({ id: b }) => [a, b] as const)))
  for (let count = 0; count < 3; count++) script.need(() => writeAt(script, home, 2_000) !== null, 0)
  script.link(...others.filter(node => node !== leader).map(({ id }) => [hub.id, id] as const))
  return hub
}

/** Three voters in a row: the leader at one end, and at the other end one that does not hear it. */
function chained(script: Scripted): SimNode {
  const leader = script.doer as SimNode
  const [middle, end] = script.nodes.filter(node => node !== leader) as [SimNode, SimNode]
  script.open(middle)
  script.link([leader.id, middle.id], [middle.id, end.id])
  return middle
}

const scenarios = [
  ['quorum loss', 5, quorumLoss],
  ['constrained election', 5, constrainedElection],
  ['chained', 3, chained],
] as const

/** Raft votes for nobody whose log is behind, and those with the longer logs reach no quorum. */
const isBeyond = (engine: EngineName, name: (typeof scenarios)[number][0]): boolean =>
  engine === 'raft' && name === 'constrained election'

describe.each(engineNames)('%s', engine => {
  test.each(scenarios)('MESH-1 MESH-2 %s', (name, voters, cut) => {
    for (const seed of seeds) {
      const script = new Scripted(engine, voters, seed)
      const home = cut(script)
      let leaders = 0
      script.world.onLeader = () => leaders++
      if (isBeyond(engine, name)) {
        const slots = script.slots
        expect(writeAt(script, home, 8 * electionTimeoutMs), `seed ${seed}`).toBeNull()
        expect([script.slots, leaders], `seed ${seed}`).toEqual([slots, 0])
        script.world.network.mend()
        script.need(() => script.written.length === 5, 4 * electionTimeoutMs)
        continue
      }
      expect(writeAt(script, home, 4 * electionTimeoutMs), `seed ${seed}`).not.toBeNull()
      for (let count = 0; count < 10; count++) {
        script.run(1_000)
        expect(writeAt(script, home, 1_000), `seed ${seed}`).not.toBeNull()
      }
      expect(leaders, `seed ${seed}`).toBeLessThanOrEqual(1)
    }
  })
})

/** Leader and one follower never have a link again; what they say goes by the others. */
function withoutLink(script: Scripted): SimNode {
  const leader = script.doer as SimNode
  const [home] = script.nodes.filter(node => node !== leader) as [SimNode]
  const thirds = script.world.goByThirds(null)
  for (const { id } of script.nodes) thirds.add(id)
  script.open(home)
  // By then each has been told with whom the others are linked.
  script.run(300)
  thirds.miss(leader.id, home.id)
  return home
}

describe.each(engineNames)('%s', engine => {
  test.each([
    [3, 1],
    [5, 4],
  ])('MESH-3 %i voters, leader and follower without a link for good', (voters, seed) => {
    const script = new Scripted(engine, voters, seed)
    const home = withoutLink(script)
    let leaders = 0
    script.world.onLeader = () => leaders++
    for (let count = 0; count < 30; count++) {
      expect(writeAt(script, home, 1_000)).not.toBeNull()
      const reads = script.answered.length
      script.read(home, 'linearizable')
      expect(script.until(() => script.answered.length > reads, 1_000)).not.toBeNull()
      script.run(1_000)
    }
    expect(leaders).toBe(0)
  })
})
