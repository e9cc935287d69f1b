import { expect, test } from 'vitest'
import { nodeId } from '../../src/logic/base/ids.ts'
import type { AnyEngineKind } from '../../src/logic/consensus/engines.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import { explore, type World } from '../../src/sim/model/explore.ts'

const world: World = {
  name: 'a candidate and a crash',
  kind: engineKind('multi-paxos'),
  nodes: ['a', 'b', 'c'],
  timeouts: [1, 0, 0],
  proposals: [0, 0, 0],
  crashes: 1,
  lost: [],
  statesMax: 100_000,
}

test('MODEL-1 a world is exhausted, and holds', () => {
  const { exhausted, broken, states } = explore(world)
  expect(broken).toBeNull()
  expect(exhausted).toBe(true)
  expect(states).toBeGreaterThan(1_000)
})

test('MODEL-2 the same world has the same states each time', () => {
  const [first, second] = [explore(world), explore(world)]
  expect([second.states, second.depth]).toEqual([first.states, first.depth])
})

test('MODEL-3 a world that is too large says that it was not exhausted', () => {
  expect(explore({ ...world, statesMax: 100 })).toMatchObject({ exhausted: false, broken: null })
})

/** An engine that decides whatever it is told first. */
const gullible = {
  name: 'multi-paxos',
  parseMessage: (value: unknown) => value,
  create({ self }: { self: string }) {
    const decided: string[] = []
    return {
      inspect: () => decided,
      status: () => ({ role: 'follower', proposer: self }),
      step([input]: { type: string; commands?: Uint8Array[]; message?: { value: Uint8Array } }[]) {
        const value = input?.type === 'propose' ? input.commands?.[0] : input?.message?.value
        const nothing = {
          send: [],
          persist: null,
          sendAfterPersist: [],
          decided: [],
          reads: [],
          install: null,
        }
        if (value === undefined || decided.length > 0) return nothing
        decided.push(String(value))
        const others = ['a', 'b', 'c'].filter(name => name !== self).map(nodeId)
        return {
          ...nothing,
          send: others.map(to => ({ to, message: { type: 'told', value } })),
          decided: [{ slot: 1, value }],
        }
      },
    }
  },
} as unknown as AnyEngineKind

test('MODEL-4 two decisions for one slot are found, with the steps that lead there', () => {
  const { broken } = explore({
    ...world,
    kind: gullible,
    timeouts: [0, 0, 0],
    proposals: [1, 1, 0],
    crashes: 0,
  })
  expect(broken?.message).toContain('slot 1 was decided as')
  expect(broken?.steps).toEqual(['start', 'propose a 1'])
})
