import { expect, test } from 'vitest'
import { nodeId } from '../../src/logic/base/ids.ts'
import type { AnyEngineKind } from '../../src/logic/consensus/engine.ts'
import { engineNames } from '../../src/logic/consensus/engine-names.ts'
import { engineKind } from '../../src/logic/consensus/engines.ts'
import { explore } from '../../src/sim/model/explore.ts'
import { textOf } from '../../src/sim/model/plain.ts'
import { States } from '../../src/sim/model/states.ts'
import type { World } from '../../src/sim/model/world.ts'
import { worldsOf } from '../../src/sim/model/worlds.ts'

const world: World = {
  name: 'a candidate and a crash',
  kind: engineKind('multi-paxos'),
  nodes: ['a', 'b', 'c'],
  before: [],
  stands: [1, 0, 0],
  turns: [0, 0, 0],
  proposals: [1, 0, 0],
  crash: true,
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

/** An engine that decides whatever it is told first, and remembers it over a crash only if it `writes`. */
const gullible = (writes: boolean): AnyEngineKind =>
  ({
    name: 'multi-paxos',
    parseMessage: (value: unknown) => value,
    create({ self, recovered }: { self: string; recovered: { hardState: unknown } }) {
      const decided: unknown[] = recovered.hardState === null ? [] : [recovered.hardState]
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
            persist: writes ? { hardState: String(value), log: [], snapshot: null } : null,
            sendAfterPersist: others.map(to => ({ to, message: { type: 'told', value } })),
            decided: [{ slot: 1, value }],
          }
        },
      }
    },
  }) as unknown as AnyEngineKind

const told = { ...world, kind: gullible(true), stands: [0, 0, 0], proposals: [1, 1, 0], crash: false }

test('MODEL-4 two decisions for one slot are found, with the steps that lead there', () => {
  const { broken } = explore(told)
  expect(broken?.message).toContain('slot 1 was decided as')
  expect(broken?.steps).toEqual(['propose a', 'propose b'])
})

test('MODEL-4 what was decided and forgotten in a crash counts, also where the crash came before the write', () => {
  const forgetful = { ...told, kind: gullible(false), proposals: [2, 0, 0], crash: true }
  expect(explore(forgetful).broken?.steps).toEqual(['propose a', 'crash a', 'propose a'])
  const hasty = { ...forgetful, kind: gullible(true) }
  expect(explore(hasty).broken?.steps).toEqual(['propose a, crash', 'propose a'])
})

test('MODEL-5 what happened before a world is played in one order, and what was cut off may still arrive', () => {
  const before = [{ type: 'propose', node: 'a', among: ['a'], without: [] }] as const
  const { broken } = explore({ ...told, before, proposals: [0, 1, 0] })
  expect(broken?.steps).toEqual(['propose b'])
  const { states, broken: none } = explore({ ...told, before, proposals: [0, 0, 0] })
  expect(none).toBeNull()
  // Each of b and c has heard it or not.
  expect(states).toBe(4)
  const restarted = explore({ ...told, before: [...before, { type: 'restart' }], proposals: [0, 0, 0] })
  expect(restarted.states).toBe(1)
})

test('MODEL-6 every engine has worlds with two proposers and with a crash', () => {
  for (const engine of engineNames) {
    const worlds = worldsOf(engine)
    const isActive = ({ stands, proposals }: World, at: number) =>
      (stands[at] ?? 0) + (proposals[at] ?? 0) > 0
    expect(worlds.some(each => isActive(each, 0) && isActive(each, 1))).toBe(true)
    expect(worlds.some(each => each.crash)).toBe(true)
  }
})

test('MODEL-2 texts do not depend on the order of maps and sets, nor on what is left out', () => {
  const one = { set: new Set(['x', 'y']), map: new Map([['k', 1]]), ticks: 3 }
  const other = { set: new Set(['y', 'x']), map: new Map([['k', 1]]), ticks: 4 }
  expect(textOf(one, ['ticks'])).toBe(textOf(other, ['ticks']))
  expect(textOf(one)).not.toBe(textOf(other))
})

test('MODEL-2 a state is kept once, however many there are', () => {
  const states = new States(2)
  for (let a = 0; a < 100; a++) for (let b = 0; b < 100; b++) expect(states.add([a, b], -1)).toBe(true)
  for (let a = 0; a < 100; a++) for (let b = 0; b < 100; b++) expect(states.add([a, b], -1)).toBe(false)
  expect(states.size).toBe(10_000)
  expect(states.row(101)).toEqual([1, 1])
})
