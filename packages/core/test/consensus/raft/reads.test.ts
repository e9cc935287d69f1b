import { describe, expect, test } from 'vitest'
import { chosen, isOf, matchesTrace, onlyVotes } from './helpers.ts'
import { type Letter, Scenario } from './scenario.ts'

describe('reads', () => {
  test('RAFT-12 an ex-leader that was paused answers no read', async () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.elect('a')
    table.say('a is paused; b leads and has x chosen')
    table.part(['a'], ['b', 'c'])
    table.suspect('b', 'c')
    table.elect('b')
    table.propose('b', 'x')
    table.settle()
    table.say('a goes on, takes itself for the leader, and is asked')
    table.mend()
    expect(table.status('a').role).toBe('leader')
    table.input('a', { type: 'read', id: 1 })
    table.settle()
    expect(table.reads).toEqual([])
    expect(table.status('a').role).toBe('follower')
    await matchesTrace(table, 'paused-ex-leader')
  })

  test('RAFT-12 an echo of a round from before the read does not count', () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.elect('a')
    table.tick('a', 2)
    const echoes = table.intercept(() => true)
    table.input('a', { type: 'read', id: 1 })
    table.settle(() => false)
    for (const letter of echoes) table.deliver(letter)
    table.settle(({ message, from }) => message.type === 'appended' && from !== 'a')
    expect(table.reads).toEqual([])
  })

  test('RAFT-12 a new leader answers only once an entry of its own term is chosen', async () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.elect('a')
    table.say('x is chosen at a; b and c hold it and have not heard that it is chosen')
    table.propose('a', 'x')
    table.settle(({ message }) => message.type !== 'chosen')
    expect(chosen(table, 'a', 'b')).toEqual([2, 1])
    table.crash('a')
    table.suspect('b', 'c')
    table.elect('b', onlyVotes)
    table.say('b leads and is asked before its own entry is chosen; a round is echoed first')
    table.input('b', { type: 'read', id: 7 })
    table.settle(isOf('heartbeat', 'appended'))
    expect(table.reads).toEqual([])
    table.tick('b', 8)
    table.settle()
    expect(table.reads).toEqual(['b: 7@3'])
    await matchesTrace(table, 'read-after-leader-change')
  })

  test('RAFT-12 a follower hands a read to the leader; without one it is dropped', () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.input('c', { type: 'read', id: 1 })
    expect(table.letters).toEqual([])
    table.elect('a')
    table.propose('a', 'x')
    table.settle()
    table.input('c', { type: 'read', id: 2 })
    table.settle()
    expect(table.reads).toEqual(['c: 2@2'])
  })

  test('RAFT-12 an answer to a read of an earlier life is none', () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.elect('a')
    table.input('c', { type: 'read', id: 1 })
    const isAnswer = isOf('readReply')
    table.settle(letter => !isAnswer(letter))
    table.input('c', { type: 'read', id: 1 })
    let late: readonly Letter[] = []
    for (let turn = 0; turn < 20 && late.length === 0; turn++) {
      const [letter, ...rest] = table.letters
      table.letters = rest
      if (letter) table.deliver(letter)
      late = table.intercept(isAnswer)
    }
    expect(late).toHaveLength(1)
    table.crash('c')
    table.restart('c')
    table.propose('a', 'x')
    table.settle()
    table.input('c', { type: 'read', id: 1 })
    for (const letter of late) table.deliver(letter)
    expect(table.reads).toEqual([])
    table.settle()
    expect(table.reads).toEqual(['c: 1@2'])
  })
})
