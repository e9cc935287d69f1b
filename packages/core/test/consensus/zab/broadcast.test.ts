import { describe, expect, test } from 'vitest'
import { pipelineSlotsMax, proposalQueueMax, resendTicks } from '../../../src/logic/base/limits.ts'
import { ballot, id, isOf, letterOf, matches, Table } from './table.ts'

const three = ['a', 'b', 'c']

describe('broadcast', () => {
  test('ZAB-10 nothing is chosen before a quorum has written it, the leader itself included', () => {
    const table = new Table(three).start()
    table.slowDisk('c')
    table.slowDisk('b')
    table.propose('c', 'x')
    table.settle()
    expect(table.chosen('c')).toEqual([1])
    table.quickDisk('c')
    table.settle()
    expect(table.chosen('c', 'a')).toEqual([2, 2])
  })

  test('ZAB-10 acknowledgements of another epoch or session do not count', () => {
    const table = new Table(three).start()
    table.propose('c', 'x')
    table.letters = table.letters.filter(({ to }) => to === 'c')
    table.settle()
    const ack = {
      type: 'ack',
      session: 0,
      ballot: ballot(2, 'c'),
      through: 2 as never,
      round: 9,
      missing: false,
    } as const
    table.message('c', 'a', ack)
    table.message('c', 'a', { ...ack, ballot: ballot(1, 'c') })
    table.message('c', 'z', { ...ack, ballot: ballot(1, 'c') })
    expect(table.chosen('c')).toEqual([1])
  })

  test('ZAB-14 what is lost is sent again after a while, and after a new connection at once', () => {
    const table = new Table(three).start()
    table.propose('c', 'x')
    table.settle(isOf('propose'))
    table.tick('c', resendTicks - 1)
    expect(table.letters.some(isOf('propose'))).toBe(false)
    table.tick('c')
    table.settle()
    expect(table.chosen(...three)).toEqual([2, 2, 2])
    table.propose('c', 'y')
    table.settle(isOf('propose'))
    table.connected('a', 'c')
    table.settle()
    expect(table.log('a')).toBe('1membership 1x 1y')
  })

  test('ZAB-15 open slots and waiting commands are bounded', () => {
    const table = new Table(three).start()
    table.part(['c'], ['a', 'b'])
    table.propose('c', ...Array.from({ length: pipelineSlotsMax + 10 }, () => 'x'))
    table.settle()
    expect(table.log('c').split(' ').length).toBe(1 + pipelineSlotsMax)
    table.mend()
    table.pass(three, resendTicks)
    expect(table.chosen('c')).toEqual([1 + pipelineSlotsMax + 10])
    table.propose('c', ...Array.from({ length: proposalQueueMax + 1 }, () => 'x'))
    table.settle()
    expect(table.chosen('c')).toEqual([1 + pipelineSlotsMax + 10])
  })

  test('ZAB-10 one that does not lead drops commands, changes, transfers and reads', () => {
    const table = new Table(three).start()
    table.propose('b', 'x')
    table.change('b', 'addObserver', 'd')
    table.input('b', { type: 'transfer', to: id('a') })
    table.input('c', { type: 'transfer', to: id('c') })
    table.settle()
    expect(table.chosen('c')).toEqual([1])
    const looking = new Table(three)
    looking.input('a', { type: 'read', id: 1 })
    expect(looking.letters.some(isOf('read'))).toBe(false)
  })
})

describe('reads', () => {
  test('ZAB-16 a read is answered after a quorum echoed a ping that left later, also for a follower', () => {
    const table = new Table(three).start()
    table.propose('c', 'x')
    table.settle()
    table.input('a', { type: 'read', id: 4 })
    table.input('c', { type: 'read', id: 5 })
    table.settle(isOf('ping'))
    expect(table.reads).toEqual([])
    table.pass(['c'], 2)
    expect(table.reads.toSorted()).toEqual(['a 4@2', 'c 5@2'])
  })

  test('ZAB-16 a former leader that was paused answers nothing', async () => {
    const table = new Table(three).start()
    table.part(['c'], ['a', 'b'])
    table.doubt(['a', 'b'])
    table.propose('b', 'new')
    table.settle()
    table.mend()
    table.say('c goes on as if nothing had been')
    table.input('c', { type: 'read', id: 1 })
    table.settle()
    table.pass(three, 4)
    expect(table.reads).toEqual([])
    table.input('c', { type: 'read', id: 2 })
    table.settle()
    expect(table.reads).toEqual(['c 2@2'])
    await matches(table, 'paused-leader')
  })

  test('ZAB-16 a new leader answers no read before its epoch is established', () => {
    const table = new Table(three).start()
    table.crash('c')
    table.doubt(['a', 'b'], isOf('ack'))
    table.input('b', { type: 'read', id: 1 })
    table.settle(isOf('ack'))
    expect(table.status('b').role).toBe('candidate')
    table.pass(['a', 'b'], 10)
    expect(table.reads).toEqual([])
  })

  test('ZAB-16 an answer to a read of an earlier session is none', () => {
    const table = new Table(three).start()
    table.input('a', { type: 'read', id: 1 })
    table.settle(isOf('readReply'))
    const reply = { type: 'readReply', session: 1, id: 1, slot: 1 as never } as const
    table.message('a', 'c', reply)
    expect(table.reads).toEqual([])
  })
})

describe('membership', () => {
  /** a founded alone; b and c joined, and b was promoted. */
  function grown(): Table {
    const table = new Table(['a'], { joiners: ['b', 'c'] }).start()
    for (const node of ['b', 'c']) {
      table.change('a', 'addObserver', node)
      table.pass(['a', 'b', 'c'], 2)
    }
    table.change('a', 'promote', 'b')
    return table
  }

  test('ZAB-17 ZAB-18 observers get what is chosen, never count, and are promoted one at a time', async () => {
    const table = grown()
    expect(table.status('c').role).toBe('observer')
    expect(table.status('b').role).toBe('follower')
    expect(table.chosen('a', 'b', 'c')).toEqual([4, 4, 4])
    table.part(['b'], ['a', 'c'])
    table.propose('a', 'x')
    table.settle()
    expect(table.chosen('a', 'c')).toEqual([4, 4])
    expect(table.log('c')).not.toContain('x')
    await matches(table, 'membership')
  })

  test('ZAB-18 an observer that hears nobody stays quiet', () => {
    const table = grown()
    table.crash('a')
    table.crash('b')
    table.pass(['c'], 60)
    expect(table.status('c').role).toBe('observer')
    table.tick('c', 10)
    expect(table.letters).toEqual([])
  })

  test('ZAB-17 nothing is proposed after a change before it is chosen; another change is dropped', () => {
    const table = new Table(three, { joiners: ['d'] }).start()
    table.part(['c'], ['a', 'b'])
    table.change('c', 'addObserver', 'd')
    table.propose('c', 'x')
    table.change('c', 'remove', 'a')
    expect(table.log('c')).toBe('1membership 1membership')
    expect(table.status('c').changing).toBe(true)
    table.mend()
    table.pass(['a', 'b', 'c', 'd'], 8)
    expect(table.log('a')).toBe('1membership 1membership 1x')
    expect(table.status('c').membership).toEqual({ voters: three, observers: ['d'] })
  })

  test('ZAB-19 a candidate needs a quorum of every membership that it finds', () => {
    const table = new Table(['a', 'b'], { joiners: ['c'] }).start()
    table.change('b', 'addObserver', 'c')
    table.pass(['a', 'b', 'c'], 2)
    table.say('b has c promoted, and a hears nothing of it')
    table.part(['a'], ['b', 'c'])
    table.change('b', 'promote', 'c')
    expect(table.log('b')).toBe('1membership 1membership 1membership')
    expect(table.chosen('b')).toEqual([2])
    table.crash('b')
    table.restart('b')
    table.mend()
    table.crash('c')
    table.say('without c there is no quorum of {a, b, c} missing, but one of {a, b} is there')
    table.pass(['a', 'b'], 60)
    expect(table.status('b').role).toBe('leader')
    expect(table.status('a').membership.voters).toEqual(['a', 'b', 'c'])
  })

  test('ZAB-19 the membership found in a report counts, although the candidate does not have it', () => {
    const table = new Table(['a'], { joiners: ['b'] }).start()
    table.change('a', 'addObserver', 'b')
    table.pass(['a', 'b'], 2)
    table.part(['a'], ['b'])
    table.change('a', 'promote', 'b')
    table.pass(['a'], 40)
    table.say('{a, b} stands in the history of a: it cannot lead alone any more')
    table.crash('a')
    table.restart('a')
    table.pass(['a'], 60)
    expect(table.status('a').role).toBe('candidate')
    table.mend()
    table.pass(['a', 'b'], 60)
    expect(table.status('a').role).toBe('leader')
    expect(table.status('b').membership.voters).toEqual(['a', 'b'])
  })

  test('ZAB-17 a leader that was removed leads until that is chosen, and then leaves', () => {
    const table = new Table(three).start()
    table.change('c', 'remove', 'c')
    expect(table.status('c').role).toBe('observer')
    expect(table.status('b').leader).toBe(table.status('a').leader)
    expect(['a', 'b']).toContain(table.status('b').leader)
    expect(table.status('b').membership.voters).toEqual(['a', 'b'])
  })

  test('ZAB-20 a transfer brings the successor up to date, then everybody follows it', async () => {
    const table = new Table(three).start()
    table.part(['a'], ['c'])
    table.propose('c', 'x')
    table.settle()
    table.mend()
    table.input('c', { type: 'transfer', to: id('a') })
    table.propose('c', 'dropped')
    table.settle()
    expect(table.status('c').role).toBe('leader')
    table.pass(['c'], resendTicks)
    expect(table.status('a').role).toBe('leader')
    expect(three.map(name => table.status(name).leader)).toEqual(['a', 'a', 'a'])
    expect(table.log('b')).toBe('1membership 1x')
    await matches(table, 'transfer')
  })

  test('ZAB-20 a transfer that takes too long is given up', () => {
    const table = new Table(three).start()
    table.part(['a'], ['c'])
    table.propose('c', 'x')
    table.settle()
    table.input('c', { type: 'transfer', to: id('a') })
    table.pass(['b', 'c'], 21)
    table.propose('c', 'y')
    table.settle()
    expect(table.chosen('c')).toEqual([3])
    expect(letterOfNone(table)).toBe(true)
  })
})

const letterOfNone = (table: Table): boolean => {
  try {
    letterOf(table, 'handOver', 'a')
    return false
  } catch {
    return true
  }
}
