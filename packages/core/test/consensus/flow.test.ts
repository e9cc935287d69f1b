import { describe, expect, test } from 'vitest'
import { slot } from '../../src/logic/base/ids.ts'
import { appendBytesMax, inFlightBytesMax } from '../../src/logic/base/limits.ts'
import type { EngineName } from '../../src/logic/consensus/engine.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import { Flow } from '../../src/logic/consensus/flow.ts'
import { BareEnsemble } from '../../src/sim/bare/ensemble.ts'

const mebibyte = 1_024 * 1_024

describe('flow', () => {
  test('FLOW-1 there is room while less than the bound is on its way, and always for one', () => {
    const flow = new Flow()
    flow.send(slot(1), 2 * inFlightBytesMax)
    expect(flow.hasRoom).toBe(false)
    flow.arrived(slot(1))
    expect(flow.hasRoom).toBe(true)
    for (let at = 2; at < 10; at++) flow.send(slot(at), mebibyte)
    expect(flow.hasRoom).toBe(false)
    flow.arrived(slot(2))
    expect(flow.hasRoom).toBe(true)
  })

  test('FLOW-2 after a loss the room is one message, and doubles with each progress', () => {
    const flow = new Flow()
    flow.lost()
    let room = 0
    const fill = (from: number): number => {
      let at = from
      while (flow.hasRoom) flow.send(slot(at++), appendBytesMax)
      return at - from
    }
    const rooms: number[] = []
    for (let at = 1; rooms.length < 7; at += room) {
      room = fill(at)
      rooms.push(room)
      flow.arrived(slot(at + room - 1))
    }
    expect(rooms).toEqual([1, 2, 4, 8, 16, 32, 32])
  })
})

describe('a member that does not answer', () => {
  const engines: readonly EngineName[] = ['multi-paxos', 'raft', 'zab', 'paxos']
  test.each(engines)('FLOW-3 %s: it is sent a bounded amount, and gets everything once it answers', name => {
    const ensemble = new BareEnsemble({ kind: engineKind(name), voters: 3, delayMs: 5, flushMs: 2 })
    const leader = ensemble.until(10_000, () => ensemble.proposer())
    if (leader === null) throw new Error('nobody can propose')
    ensemble.pass(1_000)
    const [mute] = ensemble.running.filter(node => node !== leader)
    if (mute === undefined) throw new Error('there are three')
    for (const node of ensemble.running) ensemble.cut(mute.self, node.self)
    let bytes = 0
    ensemble.onSend = (_from, to, message) => {
      if (to === mute.self) bytes += ensemble.codec.encode(message).length
    }
    const command = new Uint8Array(100 * 1_024)
    for (let round = 0; round < 40; round++) {
      const commands = Array.from({ length: 10 }, (_, index) => command.slice(index))
      ensemble.input(leader, { type: 'propose', commands })
      ensemble.pass(50)
    }
    ensemble.pass(10_000)
    const { length } = ensemble.told(leader).values
    expect(length).toBeGreaterThan(400)
    expect(bytes).toBeLessThan(14 * mebibyte)
    ensemble.mend()
    ensemble.pass(20_000)
    expect(ensemble.told(mute).values.length).toBeGreaterThanOrEqual(length)
  })
})
