import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMachine } from '../../src/logic/state/machine.ts'
import { history } from './commands.ts'
import { applyTo } from './furnished.ts'
import { bytes, codec, create, createWorld, remove, set } from './world.ts'

const znodes = 600

describe('a snapshot that is written while the machine goes on', () => {
  function grown() {
    const world = createWorld()
    const session = world.open()
    for (let n = 0; n < znodes; n++) world.request(session, create(`/n${n}`, 'persistent', bytes(`${n}`)))
    return { world, session }
  }

  test('STATE-8 it is of the moment at which it was begun, whatever changes meanwhile', () => {
    const { world, session } = grown()
    const expected = world.machine.snapshot()
    const digest = world.machine.digest()
    const writing = world.machine.beginSnapshot()
    expect(writing.advance(100)).toBe(null)
    for (const n of [0, 99, 100, 101, 500, 599]) world.request(session, set(`/n${n}`, bytes('other')))
    expect(writing.advance(100)).toBe(null)
    for (const n of [1, 150, 250, 598]) world.request(session, remove(`/n${n}`))
    for (let n = 0; n < 50; n++) world.request(session, create(`/n599/c${n}`))
    expect(writing.advance(300)).toBe(null)
    world.request(session, create('/n250'))
    const written = writing.advance(znodes)
    expect(written).toEqual(expected)
    const copy = createMachine(codec)
    expect(copy.restore(written ?? bytes())).toMatchObject({ ok: true })
    expect(copy.digest()).toBe(digest)
    expect(world.machine.digest()).not.toBe(digest)
  })

  test('STATE-8 any commands meanwhile, in pieces of any size', () => {
    fc.assert(
      fc.property(history(30), history(30), fc.integer({ min: 1, max: 9 }), (before, after, piece) => {
        const machine = createMachine(codec)
        for (const [timeMs, draft] of before) applyTo(machine, timeMs, draft(machine))
        const expected = machine.snapshot()
        const writing = machine.beginSnapshot()
        let written: Uint8Array | null = null
        for (const [timeMs, draft] of after) {
          applyTo(machine, timeMs, draft(machine))
          written ??= writing.advance(piece)
        }
        expect(written ?? writing.advance(Number.POSITIVE_INFINITY)).toEqual(expected)
      }),
      { seed: 41, numRuns: 300 },
    )
  })

  test('STATE-8 what is looked at costs the tree a copy of what changes before, and no more afterwards', () => {
    const { world, session } = grown()
    const writing = world.machine.beginSnapshot()
    expect(writing.advance(2 * znodes)).not.toBe(null)
    for (let n = 0; n < znodes; n++) world.request(session, set(`/n${n}`, bytes('other')))
    expect(world.machine.snapshot()).toEqual(world.machine.snapshot())
  })
})
