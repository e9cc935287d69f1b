import { describe, expect, test } from 'vitest'
import type { NodeId } from '../../src/logic/base/ids.ts'
import { feedSilentTicks, tickMs } from '../../src/logic/base/limits.ts'
import type { EngineName } from '../../src/logic/consensus/engine.ts'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import type { SimNode } from '../../src/sim/node.ts'
import { Scripted } from './scripted.ts'

const statusOf = (node: SimNode) => node.running?.replica.status()
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** Five voters and others who observe, all of them taken in, and a session at the leader, or at the doer where nobody leads. */
class Room extends Scripted {
  readonly leader: SimNode
  readonly joined: readonly SimNode[]

  constructor(engine: EngineName, observers: number, automatic = false) {
    super(engine, 5, 3, automatic)
    this.joined = Array.from({ length: observers }, () => this.world.addJoiner())
    this.leader = this.doer as SimNode
    const isIn = (node: SimNode) => statusOf(node)?.membership.observers.includes(node.id) === true
    this.need(() => this.joined.every(isIn), 60_000)
    this.open(this.leader)
    this.run(2_000)
    expect(this.doer).toBe(this.leader)
  }

  get voters(): readonly SimNode[] {
    return this.nodes.slice(0, 5)
  }

  /** Counts frames over links that there are, while `happen` does. */
  frames(happen: () => void): (from: SimNode, to: readonly SimNode[]) => number {
    const counts = new Map<string, number>()
    const { network } = this.world
    const send = network.send.bind(network)
    network.send = frame => {
      const pair = `${frame.from} ${frame.to}`
      if (network.isUp(frame.from, frame.to)) counts.set(pair, (counts.get(pair) ?? 0) + 1)
      send(frame)
    }
    happen()
    network.send = send
    return (from, to) => sum(to.map(({ id }) => counts.get(`${from.id} ${id}`) ?? 0))
  }

  /** Who sends to each observer more than an answer now and then, during a second. */
  feeders(): ReadonlyMap<SimNode, readonly SimNode[]> {
    const count = this.frames(() => this.run(1_000))
    return new Map(this.joined.map(node => [node, this.voters.filter(voter => count(voter, [node]) > 5)]))
  }

  /** One write at the leader; whether those of `nodes` have it within `ms`. */
  reaches(nodes: readonly SimNode[], ms: number): boolean {
    const before = this.written.length
    this.set(this.leader, 'w')
    this.need(() => this.written.length > before, 1_000)
    const { slots } = this
    return this.until(() => nodes.every(node => (statusOf(node)?.chosenThrough ?? 0) >= slots), ms) !== null
  }
}

/** How long a feeder may say nothing; its observers, and those who speak by it, notice one after the other. */
const silentMs = feedSilentTicks * tickMs

/** In leaderless Paxos a voter that promised late asks for what it missed a few ticks later. */
const soonMs = 500

const faults: readonly (readonly [string, (room: Room, node: SimNode) => void])[] = [
  ['crashed', (_room, node) => node.crash(false)],
  ['frozen', (_room, node) => node.freeze(false)],
  ['cut off from the leader', (room, { id }) => cut(room, id, room.leader)],
  ['cut off from those whom it feeds', (room, { id }) => cut(room, id, ...room.joined)],
  ['not heard', (room, { id }) => mute(room, id, ...room.nodes)],
  ['cut off', (room, { id }) => cut(room, id, ...room.nodes)],
]

function mute({ world: { network } }: Room, from: NodeId, ...to: readonly SimNode[]): void {
  for (const { id } of to) network.cut(from, id)
}

function cut(room: Room, a: NodeId, ...others: readonly SimNode[]): void {
  mute(room, a, ...others)
  for (const { id } of others) room.world.network.cut(id, a)
}

describe.each(engineNames)('%s', engine => {
  test('FEED-1 what the leader sends does not grow with the observers, each of whom one voter feeds', () => {
    const [few, many] = [new Room(engine, 2), new Room(engine, engine === 'paxos' ? 6 : 20)]
    const idle = (room: Room) => room.run(3_000)
    const busy = (room: Room) => {
      for (let n = 0; n < 20; n++) expect(room.reaches(room.nodes, soonMs)).toBe(true)
    }
    for (const work of [idle, busy]) {
      const [ofFew, ofMany] = [few, many].map(room => {
        const count = room.frames(() => work(room))
        expect(count(room.leader, room.joined)).toBe(0)
        for (const node of room.joined)
          expect(room.voters.filter(voter => count(voter, [node]) > 0)).toHaveLength(1)
        return count(room.leader, room.nodes)
      })
      expect(ofMany).toBeLessThan(1.1 * (ofFew ?? 0))
    }
    const shares = many.voters.map(
      voter => [...many.feeders().values()].filter(([by]) => by === voter).length,
    )
    expect(Math.max(...shares)).toBeLessThan(many.joined.length)
  }, 60_000)

  test.each(faults)(
    'FEED-2 the feeder %s: those whom it fed find another, and have every write soon',
    (_name, happen) => {
      const room = new Room(engine, 6)
      const before = room.feeders()
      const [feeder] = before.get(room.joined[0] as SimNode) as [SimNode]
      const others = room.nodes.filter(node => node !== feeder)
      happen(room, feeder)
      expect(room.reaches(others, 2 * silentMs + 500)).toBe(true)
      room.run(2 * silentMs + 500)
      for (const [node, by] of room.feeders()) {
        expect(by, node.id).toHaveLength(1)
        expect(by, node.id).not.toContain(room.leader)
        if (before.get(node)?.includes(feeder)) expect(by).not.toContain(feeder)
        else expect(by).toEqual(before.get(node))
      }
      for (let n = 0; n < 10; n++) expect(room.reaches(others, soonMs)).toBe(true)
    },
  )

  test('FEED-3 where the leader dies its successor speaks by the feeders, and to nobody whom another feeds', () => {
    const room = new Room(engine, 6)
    room.leader.crash(false)
    room.need(() => room.doer !== undefined, 10_000)
    room.run(3_000)
    for (const [node, by] of room.feeders()) {
      expect(by, node.id).toHaveLength(1)
      expect(by, node.id).not.toContain(room.doer)
    }
  })

  test('FEED-4 one that is fed is promoted when a voter is gone, and hears its leader itself from then on', () => {
    const room = new Room(engine, 6, true)
    const lost = room.voters.find(node => node !== room.leader) as SimNode
    lost.crash(false)
    const promoted = () => room.joined.find(node => statusOf(node)?.role === 'follower')
    room.need(() => promoted() !== undefined, 20_000)
    room.run(2_000)
    const heir = promoted() as SimNode
    const count = room.frames(() => room.run(1_000))
    expect(count(room.leader, [heir])).toBeGreaterThan(5)
    expect(statusOf(room.leader)?.membership.voters).toContain(heir.id)
    expect(statusOf(room.leader)?.membership.voters).not.toContain(lost.id)
    expect(
      room.reaches(
        room.nodes.filter(node => node !== lost),
        300,
      ),
    ).toBe(true)
  })

  test('FEED-5 writes and linearizable reads at one that is fed take no longer than the way there and back', () => {
    const room = new Room(engine, 6)
    const [home] = room.joined as [SimNode]
    for (let n = 0; n < 10; n++) {
      const [written, answered] = [room.written.length, room.answered.length]
      room.set(home, `${n}`)
      expect(room.until(() => room.written.length > written, 300)).not.toBeNull()
      room.read(home, 'linearizable')
      expect(room.until(() => room.answered.length > answered, 300)).not.toBeNull()
      expect(room.lastRead?.[0]).toBe(`${n}`)
    }
  })
})
