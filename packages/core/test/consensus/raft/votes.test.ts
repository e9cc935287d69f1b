import { describe, expect, test } from 'vitest'
import { slot } from '../../../src/logic/base/ids.ts'
import { id, matchesTrace } from './helpers.ts'
import { Scenario } from './scenario.ts'

describe('votes', () => {
  test('RAFT-2 a vote is kept over a restart, and is not given twice', async () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.say('b votes for a and crashes; c asks for the same term')
    const ask = (from: string, to: string) =>
      table.deliver({
        from: id(from),
        to: id(to),
        message: {
          type: 'requestVote',
          ballot: { counter: 1, node: id(from) },
          end: { slot: slot(0), ballot: { counter: 0, node: id('0') } },
          transfer: false,
        },
      })
    ask('a', 'b')
    table.settle()
    table.crash('b')
    table.restart('b')
    ask('c', 'b')
    expect(table.letters).toEqual([])
    table.say('asked again by a, it gives the same vote again')
    ask('a', 'b')
    expect(table.letters.map(({ to, message }) => `${to} ${message.type}`)).toEqual(['a vote'])
    table.settle()
    table.say('a vote that was not written has not left: c has forgotten it and may vote anew')
    table.hold('c')
    ask('a', 'c')
    expect(table.letters).toEqual([])
    table.crash('c')
    table.restart('c')
    ask('b', 'c')
    expect(table.letters.map(({ to, message }) => `${to} ${message.type}`)).toEqual(['b vote'])
    await matchesTrace(table, 'vote-over-restart')
  })

  test('RAFT-5 one that lost its connections raises no term, and disturbs nobody when it is back', async () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.elect('a')
    table.part(['c'], ['a', 'b'])
    table.tick('c', 400)
    table.settle()
    expect(table.status('c').ballot.counter).toBe(1)
    table.mend()
    table.elect('c')
    expect(table.status('a').role).toBe('leader')
    table.tick('a', 2)
    table.settle()
    expect(table.status('c').leader).toBe('a')
    expect(table.status('a').ballot.counter).toBe(1)
    await matchesTrace(table, 'pre-vote')
  })

  test('RAFT-7 a leader that hears no quorum steps down after its time, one that hears a quorum stays', () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.elect('a')
    table.part(['a'], ['c'])
    for (let tick = 0; tick < 100; tick++) {
      table.tick('a')
      table.settle()
    }
    expect(table.status('a').role).toBe('leader')
    table.part(['a'], ['b'])
    table.tick('a', 23)
    expect(table.status('a').role).toBe('leader')
    table.tick('a', 2)
    expect(table.status('a').role).toBe('follower')
  })

  test('RAFT-22 a single voter leads at its first tick and chooses alone', () => {
    const table = new Scenario(['a'])
    table.tick('a')
    table.settle()
    table.propose('a', 'x')
    table.settle()
    expect(table.status('a')).toMatchObject({ role: 'leader', chosenThrough: 2 })
  })

  test('RAFT-22 a voter that hears of a dead leader stands soon, one without a leader does not wait long', () => {
    const table = new Scenario(['a', 'b', 'c'])
    expect(table.loseHope('b')).toBeLessThanOrEqual(20)
    const other = new Scenario(['a', 'b', 'c'])
    other.elect('a')
    other.tick('b', 10)
    expect(other.status('b').role).toBe('follower')
    other.suspect('b')
    expect(other.loseHope('b')).toBeLessThanOrEqual(4)
  })
})
