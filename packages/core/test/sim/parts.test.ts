import { describe, expect, test } from 'vitest'
import { nodeId, slot } from '../../src/logic/base/ids.ts'
import type { Persist } from '../../src/logic/consensus/engine.ts'
import { chanceOf } from '../../src/sim/chance.ts'
import { Clock, Disk, type Frame, Network, type NetworkFaults } from '../../src/sim/index.ts'
import { noNetworkFaults } from '../../src/sim/network.ts'

describe('clock', () => {
  test('SIM-1 what is planned happens in the order of its time, then of its planning', () => {
    const clock = new Clock()
    const happened: string[] = []
    const plan = (name: string, delayMs: number) =>
      clock.after(delayMs, () => happened.push(`${name}@${clock.now}`))
    plan('late', 30)
    plan('first', 10)
    plan('second', 10)
    clock.after(5, () => plan('third', 5))
    while (clock.step(20));
    expect([happened, clock.now]).toEqual([['first@10', 'second@10', 'third@10'], 20])
    while (clock.step(100));
    expect(happened.at(-1)).toBe('late@30')
  })

  test('SIM-1 many plans come out sorted', () => {
    const clock = new Clock()
    const chance = chanceOf(1, 'clock')
    const seen: number[] = []
    for (let index = 0; index < 2_000; index++) clock.after(chance.below(500), () => seen.push(clock.now))
    while (clock.step(500));
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen).toHaveLength(2_000)
  })
})

describe('network', () => {
  const [a, b] = [nodeId('a'), nodeId('b')]
  const frame: Frame = { from: a, to: b, messages: [] }
  const faultless: NetworkFaults = { ...noNetworkFaults, delayMsMax: 5 }

  function sent(
    faults: NetworkFaults,
    count: number,
    prepare: (network: Network) => void = () => {},
  ): number[] {
    const clock = new Clock()
    const arrivals: number[] = []
    const network = new Network(clock, chanceOf(7, 'network'), faults, () => arrivals.push(clock.now))
    prepare(network)
    for (let index = 0; index < count; index++) network.send(frame)
    while (clock.step(10_000));
    return arrivals
  }

  test('SIM-2 without faults every frame arrives once, within the longest delay', () => {
    const arrivals = sent(faultless, 100)
    expect(arrivals).toHaveLength(100)
    expect(Math.min(...arrivals)).toBeGreaterThanOrEqual(1)
    expect(Math.max(...arrivals)).toBeLessThanOrEqual(5)
    expect(new Set(arrivals).size).toBeGreaterThan(1)
  })

  test('SIM-2 frames are lost, repeated, and held up for seconds, about as often as is said', () => {
    expect(sent({ ...faultless, loss: 0.5 }, 1_000).length).toSatisfy(count => count > 400 && count < 600)
    expect(sent({ ...faultless, repetition: 0.5 }, 1_000).length).toSatisfy(
      count => count > 1_400 && count < 1_600,
    )
    expect(sent({ ...faultless, stragglers: 0.1 }, 1_000).filter(at => at > 100).length).toSatisfy(
      count => count > 50 && count < 150,
    )
  })

  test('SIM-2 a link keeps the order of its frames unless they are overtaken', () => {
    const orderOf = (overtaken: number | null) => {
      const clock = new Clock()
      const arrived: unknown[] = []
      const faults = { ...faultless, delayMsMax: 50, overtaken }
      const network = new Network(clock, chanceOf(7, 'network'), faults, ({ messages }) =>
        arrived.push(messages),
      )
      const frames = Array.from({ length: 50 }, (): Frame => ({ ...frame, messages: [] }))
      for (const [index, each] of frames.entries()) clock.after(index, () => network.send(each))
      while (clock.step(10_000));
      return arrived.map(messages => frames.findIndex(each => each.messages === messages))
    }
    const sorted = Array.from({ length: 50 }, (_, index) => index)
    expect(orderOf(null)).toEqual(sorted)
    for (const overtaken of [0, 0.2]) {
      expect(orderOf(overtaken)).not.toEqual(sorted)
      expect(orderOf(overtaken).sort((x, y) => x - y)).toEqual(sorted)
    }
  })

  test('SIM-2 over a cut link nothing arrives, the other way everything does, until it is mended', () => {
    expect(sent(faultless, 10, network => network.cut(a, b))).toEqual([])
    expect(sent(faultless, 10, network => network.cut(b, a))).toHaveLength(10)
    const mended = (network: Network) => {
      network.cut(a, b)
      network.mend()
    }
    expect(sent(faultless, 10, mended)).toHaveLength(10)
  })
})

describe('disk', () => {
  const ballot = { counter: 1, node: nodeId('a') }
  const write = (hardState: number, firstSlot: number, snapshot: Persist['snapshot'] = null): Persist => ({
    hardState,
    log: [
      { type: 'append', run: { ballot, firstSlot: slot(firstSlot), values: [new Uint8Array([firstSlot])] } },
    ],
    snapshot,
  })

  test('SIM-3 a crash during a write leaves all of it or nothing, and what was complete stays', () => {
    for (const happened of [true, false]) {
      const told: unknown[] = []
      const disk = new Disk(({ hardState }) => told.push(hardState))
      disk.begin(write(1, 1))
      disk.complete()
      disk.begin(write(2, 2))
      disk.crash(happened)
      const { hardState, log } = disk.open()
      expect([hardState, log.length, told]).toEqual(happened ? [2, 2, [1, 2]] : [1, 1, [1]])
    }
  })

  test('SIM-3 a snapshot takes the place of the runs that lie before it', () => {
    const disk = new Disk(() => {})
    for (const [at, snapshot] of [
      [1, null],
      [2, null],
      [3, { through: slot(2), membership: { voters: [], observers: [] }, state: new Uint8Array() }],
    ] as const) {
      disk.begin(write(at, at, snapshot))
      disk.complete()
    }
    const { log, snapshot } = disk.open()
    expect(snapshot?.through).toBe(2)
    expect(log.map(each => each.type === 'append' && each.run.firstSlot)).toEqual([3])
  })

  test('SIM-3 writes go one at a time', () => {
    const disk = new Disk(() => {})
    disk.begin(write(1, 1))
    expect(() => disk.begin(write(2, 2))).toThrow('one write at a time')
  })
})
