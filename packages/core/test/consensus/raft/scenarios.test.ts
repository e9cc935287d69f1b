import { describe, expect, test } from 'vitest'
import { type NodeId, nodeId, slot } from '../../../src/logic/base/ids.ts'
import type { MembershipChange } from '../../../src/logic/consensus/membership.ts'
import type { Message } from '../../../src/logic/consensus/raft/messages.ts'
import { type Letter, Scenario, termOf } from './scenario.ts'

const matchesTrace = (table: Scenario, name: string) =>
  expect(table.trace).toMatchFileSnapshot(`./traces/${name}.txt`)

const change = (type: MembershipChange['type'], node: string) =>
  ({ type: 'changeMembership', change: { type, node: nodeId(node) } }) as const

const isOf =
  (...types: readonly Message['type'][]) =>
  ({ message }: Letter) =>
    types.includes(message.type)

/** Elections go through, and nothing that the winner says. */
const onlyVotes = isOf('preVote', 'preVoteReply', 'requestVote', 'vote', 'refused')

const id = (name: string): NodeId => nodeId(name)

const chosen = (table: Scenario, ...names: readonly string[]) =>
  names.map(name => table.status(name).chosenThrough)

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

describe('membership', () => {
  test('RAFT-13 the bug of 2015: without an entry of its own term no leader changes the membership', async () => {
    const table = new Scenario(['a', 'b', 'c', 'd'], ['e'])
    table.elect('a')
    table.input('a', change('addObserver', 'e'))
    table.settle()
    table.say('a promotes e, and only e hears of it')
    table.input('a', change('promote', 'e'))
    table.settle(({ from, to }) => [from, to].every(node => node === 'a' || node === 'e'))
    expect(chosen(table, 'a', 'b')).toEqual([2, 2])
    table.say('b leads term 2 by the votes of c and d, and is asked to remove a: dropped')
    table.part(['a', 'e'], ['b', 'c', 'd'])
    table.suspect('b', 'c', 'd')
    table.elect('b', onlyVotes)
    expect(table.status('b')).toMatchObject({ role: 'leader', changing: true })
    table.input('b', change('remove', 'a'))
    table.settle(isOf('heartbeat', 'appended'))
    table.say('its own entry is chosen by three of four; now the removal goes through')
    table.tick('b', 8)
    table.settle()
    expect(table.status('b').changing).toBe(false)
    table.input('b', change('remove', 'a'))
    table.settle()
    expect(table.status('b').membership.voters).toEqual(['b', 'c', 'd'])
    table.say('a with the vote of e finds no third among five, and gives up its change')
    table.tick('a', 30)
    table.settle(() => false)
    table.mend()
    table.suspect('b', 'c', 'd', 'e')
    table.elect('a')
    expect(table.status('a').role).not.toBe('leader')
    table.elect('b')
    table.tick('b', 8)
    table.settle()
    expect(table.log('e')).toBe(table.log('b'))
    expect(table.status('e').membership).toEqual({ voters: ['b', 'c', 'd'], observers: ['e'] })
    await matchesTrace(table, 'membership-2015')
  })

  test('RAFT-13 a change counts from when it is appended, one at a time', () => {
    const table = new Scenario(['a', 'b', 'c'], ['d'])
    table.elect('a')
    table.input('a', change('addObserver', 'd'))
    table.settle()
    table.say('d is promoted, c is away: three of four are needed')
    table.part(['c'], ['a', 'b', 'd'])
    table.input('a', change('promote', 'd'))
    table.settle(({ to, from }) => to !== 'd' && from !== 'd')
    expect(table.status('a')).toMatchObject({ chosenThrough: 2, changing: true })
    table.input('a', change('remove', 'b'))
    table.tick('a', 8)
    table.settle()
    expect(table.status('a').membership).toEqual({ voters: ['a', 'b', 'c', 'd'], observers: [] })
    expect(table.status('a').chosenThrough).toBe(3)
  })

  test('RAFT-13 a membership that is truncated is no longer in force', () => {
    const table = new Scenario(['a', 'b', 'c'], ['d'])
    table.elect('a')
    table.input('a', change('addObserver', 'd'))
    table.settle()
    table.input('a', change('promote', 'd'))
    table.settle(() => false)
    table.part(['a'], ['b', 'c', 'd'])
    table.suspect('b', 'c')
    table.elect('b')
    table.mend()
    table.tick('b', 8)
    table.settle()
    expect(table.log('a')).toBe(table.log('b'))
    table.suspect('a')
    table.tick('a', 4)
    const asked = table.intercept(isOf('preVote')).map(({ to }) => to)
    expect(asked).toEqual(['b', 'c'])
  })

  test('RAFT-14 a joiner never stands, an observer never counts and gets everything', () => {
    const table = new Scenario(['a', 'b', 'c'], ['d'])
    table.tick('d', 500)
    expect(table.letters).toEqual([])
    table.elect('a')
    table.input('a', change('addObserver', 'd'))
    table.settle()
    expect(table.status('d')).toMatchObject({ role: 'observer', leader: 'a', chosenThrough: 2 })
    table.part(['a', 'd'], ['b', 'c'])
    table.propose('a', 'x')
    table.settle()
    expect(table.log('d')).toContain('1x')
    expect(table.status('a').chosenThrough).toBe(2)
    table.tick('d', 500)
    expect(table.status('d').role).toBe('observer')
    expect(table.status('d').leader).toBeNull()
  })

  test('RAFT-15 a leader that is to go hands over first; once it is out it hears so and stays quiet', async () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.elect('a')
    table.input('a', change('remove', 'a'))
    table.settle()
    expect(table.status('b').role).toBe('leader')
    expect(table.status('b').membership.voters).toEqual(['a', 'b', 'c'])
    table.input('b', change('remove', 'a'))
    table.settle()
    expect(table.status('a')).toMatchObject({ role: 'observer', chosenThrough: 3 })
    expect(table.status('a').membership.voters).toEqual(['b', 'c'])
    table.tick('a', 500)
    expect(table.letters).toEqual([])
    await matchesTrace(table, 'removed-leader')
  })

  test('RAFT-16 leadership goes to whom it is handed, though everyone hears the old leader', async () => {
    const table = new Scenario(['a', 'b', 'c'])
    table.elect('a')
    table.propose('a', 'x')
    table.settle(({ to }) => to !== 'b')
    table.say('b lacks x: it is brought up to date first')
    table.input('a', { type: 'transfer', to: id('b') })
    table.propose('a', 'dropped')
    table.settle()
    expect(table.status('a').role).toBe('leader')
    table.tick('a', 6)
    table.settle()
    expect(table.status('b')).toMatchObject({ role: 'leader', chosenThrough: 3 })
    expect(table.log('c')).toBe('1{a,b,c} 1x 2-')
    await matchesTrace(table, 'transfer')
  })

  test('RAFT-16 a transfer that takes too long is given up, one to nobody fit is not begun', () => {
    const table = new Scenario(['a', 'b', 'c'], ['d'])
    table.elect('a')
    table.input('a', { type: 'transfer', to: id('d') }, { type: 'transfer', to: id('a') })
    table.propose('a', 'x')
    table.settle()
    expect(table.status('a').chosenThrough).toBe(2)
    table.part(['b'], ['a'])
    table.input('a', { type: 'transfer', to: id('b') })
    for (let tick = 0; tick < 20; tick++) {
      table.propose('a', 'dropped')
      table.tick('a')
      table.settle()
    }
    table.propose('a', 'y')
    table.settle()
    expect(table.log('c')).toBe('1{a,b,c} 1x 1y')
  })
})
