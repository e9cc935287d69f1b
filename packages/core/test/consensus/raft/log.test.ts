import { describe, expect, test } from 'vitest'
import { slot } from '../../../src/logic/base/ids.ts'
import type { Message } from '../../../src/logic/consensus/raft/messages.ts'
import { chosen, id, isOf, matchesTrace, onlyVotes } from './helpers.ts'
import { Scenario, termOf } from './scenario.ts'

describe('the log', () => {
  test('RAFT-1 a leader is elected, founds the log and has commands chosen', async () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.elect('a')
    table.propose('a', 'x', 'y')
    table.settle()
    expect(chosen(table, 'a', 'b', 'c')).toEqual([3, 3, 3])
    expect(table.status('b').leader).toBe('a')
    await matchesTrace(table, 'normal')
  })

  /** As the paper draws it: `x` of term 1 is on a, b and c while a leads term 3; e holds another entry, of term 2. */
  function figure8(): Scenario {
    const table = new Scenario(['a', 'b', 'c', 'd', 'e'])
    table.elect('a')
    table.say('(a) a proposes x, which reaches b only')
    table.propose('a', 'x')
    table.settle(({ from, to }) => [from, to].every(node => node === 'a' || node === 'b'))
    table.say('(b) a crashes; e leads term 2 by the votes of c and d, and nobody hears of its entry')
    table.crash('a')
    table.suspect('c', 'd', 'e')
    table.elect('e', letter => onlyVotes(letter) && letter.to !== 'b')
    table.say('(c) e crashes; a leads term 3 and sends on x alone')
    table.crash('e')
    table.restart('a')
    table.suspect('b')
    table.elect('a', letter => onlyVotes(letter) && letter.to !== 'd')
    for (const to of ['b', 'c'])
      table.deliver({
        from: id('a'),
        to: id(to),
        message: {
          type: 'append',
          ballot: { counter: 3, node: id('a') },
          prev: { slot: slot(1), ballot: { counter: 1, node: id('a') } },
          runs: [
            {
              ballot: { counter: 1, node: id('a') },
              firstSlot: slot(2),
              values: [new TextEncoder().encode('x')],
            },
          ],
          chosenThrough: slot(1),
        },
      })
    table.settle(isOf('appended'))
    return table
  }

  test('RAFT-10 figure 8: an entry of an older term is on a quorum, is not chosen, and is replaced', async () => {
    const table = figure8()
    expect(['a', 'b', 'c', 'e'].map(name => table.log(name))).toEqual([
      '1{a,b,c,d,e} 1x 3-',
      '1{a,b,c,d,e} 1x',
      '1{a,b,c,d,e} 1x',
      '1{a,b,c,d,e} 2-',
    ])
    expect(table.status('a').chosenThrough).toBe(1)
    table.say('(d) a crashes; e leads term 4 and replaces x everywhere')
    table.crash('a')
    table.restart('e')
    table.suspect('b', 'c', 'd')
    table.elect('e')
    expect(table.status('e').role).toBe('leader')
    expect(['b', 'c', 'd', 'e'].map(name => table.log(name))).toEqual(
      Array.from({ length: 4 }, () => '1{a,b,c,d,e} 2- 4-'),
    )
    await matchesTrace(table, 'figure-8-replaced')
  })

  test('RAFT-10 RAFT-3 figure 8: with an entry of its own term the leader has both chosen, and e cannot win', async () => {
    const table = figure8()
    table.say('(e) the entry of term 3 reaches b and c')
    table.tick('a', 8)
    table.settle(({ to }) => to !== 'd')
    expect(table.status('a').chosenThrough).toBe(3)
    table.crash('a')
    table.restart('e')
    table.suspect('b', 'c', 'd')
    table.elect('e')
    expect(table.status('e').role).not.toBe('leader')
    await matchesTrace(table, 'figure-8-chosen')
  })

  test('RAFT-8 RAFT-9 figure 7: every way in which logs part is mended, a term at a time', async () => {
    const voters = ['l', 'a', 'b', 'c', 'd', 'e', 'f']
    const table = new Scenario([])
    const one = [1, 1, '1', '2', '3'] as const
    table.stored('l', 7, voters, [one, [4, 4, '4', '5'], [5, 6, '6', '7'], [6, 8, '8', '9', '10']])
    table.stored('a', 6, voters, [one, [4, 4, '4', '5'], [5, 6, '6', '7'], [6, 8, '8', '9']])
    table.stored('b', 4, voters, [one, [4, 4, '4']])
    table.stored('c', 6, voters, [one, [4, 4, '4', '5'], [5, 6, '6', '7'], [6, 8, '8', '9', '10', 'c11']])
    table.stored('d', 7, voters, [
      one,
      [4, 4, '4', '5'],
      [5, 6, '6', '7'],
      [6, 8, '8', '9', '10'],
      [7, 11, 'd11', 'd12'],
    ])
    table.stored('e', 4, voters, [one, [4, 4, '4', '5', 'e6', 'e7']])
    table.stored('f', 3, voters, [one, [2, 4, 'f4', 'f5', 'f6'], [3, 7, 'f7', 'f8', 'f9', 'f10', 'f11']])
    table.elect('l')
    expect(table.status('l').ballot).toEqual({ counter: 8, node: 'l' })
    expect(new Set(voters.map(name => table.log(name)))).toEqual(
      new Set(['11 12 13 44 45 56 57 68 69 610 8-']),
    )
    expect(chosen(table, ...voters)).toEqual(voters.map(() => 11))
    await matchesTrace(table, 'figure-7')
  })

  test('RAFT-9 an append that comes late or again takes nothing away', () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.elect('a')
    table.propose('a', 'x')
    const late = table.intercept(({ to, message }) => to === 'b' && message.type === 'append')
    table.settle()
    table.tick('a', 6)
    table.settle()
    table.propose('a', 'y', 'z')
    table.settle(({ message }) => message.type !== 'chosen')
    const before = table.disk('b')
    expect(table.log('b')).toBe('1{a,b,c} 1x 1y 1z')
    for (const letter of [...late, ...late]) table.deliver(letter)
    expect(table.disk('b')).toEqual(before)
    expect(table.letters.map(({ message }) => message)).toContainEqual(
      expect.objectContaining({ type: 'appended', through: 4 }),
    )
  })

  test('RAFT-9 what is cut off and what takes its place are one write', () => {
    const table = new Scenario([])
    table.stored('a', 1, ['a', 'b', 'c'], [[1, 1, '1', 'old', 'old']])
    const ballot = { counter: 2, node: id('b') }
    const run = { ballot, firstSlot: slot(2), values: [new Uint8Array([1])] }
    const prev = { slot: slot(1), ballot: termOf(1) }
    table.hold('a')
    const message: Message = { type: 'append', ballot, prev, runs: [run], chosenThrough: slot(0) }
    table.input('a', { type: 'message', from: id('b'), message })
    table.crash('a')
    expect(table.log('a')).toBe('11 1old 1old')
    table.restart('a')
    table.input('a', { type: 'message', from: id('b'), message })
    expect(table.disk('a').log.slice(1)).toEqual([
      { type: 'truncate', from: 2 },
      { type: 'append', run },
    ])
  })

  test('RAFT-11 nothing is vouched for before it is written', () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.hold('a')
    table.hold('b')
    table.loseHope('a')
    table.settle()
    expect(table.status('a').role).toBe('candidate')
    table.release('a')
    table.settle(({ to }) => to !== 'c')
    expect(table.status('a').role).toBe('candidate')
    table.release('b')
    table.settle(({ to }) => to !== 'c')
    expect(table.status('a').role).toBe('leader')
    table.hold('a')
    table.hold('b')
    table.propose('a', 'x')
    table.settle(({ to }) => to !== 'c')
    expect(table.status('a').chosenThrough).toBe(1)
    table.release('a')
    table.settle(({ to }) => to !== 'c')
    expect(table.status('a').chosenThrough).toBe(1)
    table.release('b')
    table.settle(({ to }) => to !== 'c')
    expect(table.status('a').chosenThrough).toBe(2)
  })
})
