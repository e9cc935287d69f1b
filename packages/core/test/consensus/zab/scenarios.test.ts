import { describe, expect, test } from 'vitest'
import { nodeId, slot } from '../../../src/logic/base/ids.ts'
import { ballot, diskOf, id, isOf, letterOf, matches, recordOf, Table } from './table.ts'

const three = ['a', 'b', 'c']
const five = ['a', 'b', 'c', 'd', 'e']

describe('election', () => {
  test('ZAB-1 ZAB-10 the best candidate is elected, founds the history and has commands chosen', async () => {
    const table = new Table(three).start()
    table.propose('c', 'x', 'y')
    table.settle()
    expect(table.chosen(...three)).toEqual([3, 3, 3])
    expect(three.map(name => table.status(name).leader)).toEqual(['c', 'c', 'c'])
    await matches(table, 'normal')
  })

  test.each([
    [
      'a later epoch beats a longer history',
      diskOf({ accepted: ballot(2, 'c'), current: ballot(2, 'c') }, [2, 1, 'x']),
      diskOf({ accepted: ballot(2, 'c'), current: ballot(1, 'c') }, [1, 1, 'x', 'y', 'z']),
    ],
    [
      'of one epoch the last zxid decides',
      diskOf({ accepted: ballot(2, 'c'), current: ballot(2, 'c') }, [1, 1, 'x', 'y'], [2, 3, 'z']),
      diskOf({ accepted: ballot(2, 'c'), current: ballot(2, 'c') }, [1, 1, 'x', 'y']),
    ],
    [
      'an entry of a later epoch beats a longer history',
      diskOf({ accepted: ballot(3, 'c'), current: ballot(1, 'c') }, [2, 1, 'x']),
      diskOf({ accepted: ballot(3, 'c'), current: ballot(1, 'c') }, [1, 1, 'x', 'y']),
    ],
  ])('ZAB-1 %s, and both beat a higher id', (_name, better, poorer) => {
    const table = new Table([])
    table.seat('a', better, three)
    table.seat('b', poorer, three)
    table.seat('c', poorer, three)
    for (const name of three) table.input(name)
    table.settle()
    expect(table.status('a').role).toBe('leader')
    expect(new Set(three.map(name => table.log(name))).size).toBe(1)
  })

  test('ZAB-2 one that lost its connections disturbs nobody, and is taken back in the same epoch', async () => {
    const table = new Table(three).start()
    table.part(['a'], ['b', 'c'])
    table.pass(three, 60)
    expect(table.status('a').role).toBe('candidate')
    table.mend()
    table.pass(three, 4)
    expect(three.map(name => table.status(name).ballot.counter)).toEqual([1, 1, 1])
    expect(table.status('a').leader).toBe('c')
    expect(table.status('c').role).toBe('leader')
  })

  test('ZAB-24 the first to lose its patience is enough: others that miss their leader look with it', () => {
    const table = new Table(three).start()
    table.crash('c')
    for (const name of ['a', 'b']) table.input(name, { type: 'suspect', peer: nodeId('c') })
    expect(['a', 'b'].map(name => table.status(name).role)).toEqual(['follower', 'follower'])
    table.pass(['b'], 1)
    expect(['a', 'b'].map(name => table.status(name).role)).toEqual(['follower', 'leader'])
  })

  test('ZAB-3 nobody votes for one that reaches no quorum, however good its history', async () => {
    const table = new Table([])
    const better = diskOf({ accepted: ballot(1, 'c'), current: ballot(1, 'c') }, [1, 1, 'x', 'y'])
    const poorer = diskOf({ accepted: ballot(1, 'c'), current: ballot(1, 'c') }, [1, 1, 'x'])
    for (const name of five) table.seat(name, name === 'e' ? better : poorer, five)
    table.part(['e'], ['a', 'b', 'c'])
    for (const name of five) table.input(name)
    table.settle()
    expect(table.status('d').role).toBe('leader')
    await matches(table, 'unreachable-candidate')
  })

  test('ZAB-3 ZAB-5 the only one that reaches a quorum leads, with the history of another', async () => {
    const table = new Table([])
    const epochs = { accepted: ballot(1, 'c'), current: ballot(1, 'c') }
    table.seat('a', diskOf(epochs, [1, 1, 'x']), five)
    table.seat('b', diskOf(epochs, [1, 1, 'x']), five)
    table.seat('c', diskOf(epochs, [1, 1, 'x', 'chosen']), five)
    table.part(['a'], ['c'])
    for (const name of ['a', 'b', 'c']) table.input(name)
    table.letters = table.letters.filter(({ to }) => to !== 'd' && to !== 'e')
    table.settle(({ to }) => to === 'd' || to === 'e')
    expect(table.status('b').role).toBe('leader')
    expect(['a', 'b', 'c'].map(name => table.log(name))).toEqual(Array(3).fill('1x 1chosen'))
    await matches(table, 'adoption')
  })

  test('ZAB-4 ZAB-21 a single voter leads at once, and one without a leader within the shorter time', () => {
    const alone = new Table(['a']).start()
    expect(alone.status('a').role).toBe('leader')
    const table = new Table(three).start()
    table.crash('c')
    table.doubt(['a', 'b'])
    expect(table.status('b').role).toBe('leader')
    table.crash('b')
    table.restart('b')
    table.settle()
    expect(table.status('b').role).toBe('leader')
  })

  test('ZAB-4 a leader that looks again says so, and its followers look with it', () => {
    const table = new Table(three).start()
    table.message('c', 'b', { type: 'refused', accepted: ballot(7, 'b') })
    table.settle()
    table.pass(three, 2)
    expect(table.status('c').role).toBe('leader')
    expect(table.status('c').ballot.counter).toBe(8)
  })

  test('ZAB-4 an elected one that gets no quorum rests, so that another has its turn', () => {
    const table = new Table(three)
    const lost = isOf('followerInfo')
    for (const name of three) table.input(name)
    table.settle(lost)
    expect(table.status('c').role).toBe('candidate')
    table.pass(['c'], 20, lost)
    table.pass(three, 8, ({ from, to }) => [from, to].includes('c' as never))
    expect(table.status('b').role).toBe('leader')
  })
})

describe('epochs', () => {
  test('ZAB-6 what a dead leader proposed to one follower is kept', async () => {
    const table = new Table(three).start()
    table.propose('c', 'x')
    table.settle(({ to, message }) => to === 'a' || message.type === 'ack')
    table.crash('c')
    table.doubt(['a', 'b'])
    expect(table.status('b').role).toBe('leader')
    expect(table.chosen('a', 'b')).toEqual([2, 2])
    expect(table.log('a')).toBe('1membership 1x')
    await matches(table, 'kept')
  })

  test('ZAB-6 ZAB-7 what a former leader proposed to nobody is truncated when it is back', async () => {
    const table = new Table(three).start()
    table.part(['c'], ['a', 'b'])
    table.propose('c', 'lost', 'lost too')
    table.settle()
    table.doubt(['a', 'b'])
    table.propose('b', 'won')
    table.settle()
    expect(table.log('c')).toBe('1membership 1lost 1lost too')
    table.mend()
    table.pass(three, 4)
    expect(three.map(name => table.log(name))).toEqual(Array(3).fill('1membership 2won'))
    expect(table.chosen(...three)).toEqual([2, 2, 2])
    await matches(table, 'truncated')
  })

  test('ZAB-9 of two leaders the later one wins; the earlier one gets nothing chosen and steps down', () => {
    const table = new Table(three).start()
    table.part(['c'], ['a', 'b'])
    table.doubt(['a', 'b'])
    table.propose('c', 'lost')
    table.propose('b', 'won')
    table.settle()
    expect([table.status('b').role, table.status('c').role]).toEqual(['leader', 'leader'])
    expect(table.chosen('b', 'c')).toEqual([2, 1])
    table.mend()
    table.pass(['c'], 2)
    expect(table.status('c').role).not.toBe('leader')
  })

  test('ZAB-9 a leader that hears no quorum steps down', () => {
    const table = new Table(three).start()
    table.part(['c'], ['a', 'b'])
    table.pass(['c'], 24)
    expect(table.status('c').role).toBe('leader')
    table.pass(['c'], 2)
    expect(table.status('c').role).toBe('candidate')
  })

  test('ZAB-5 an epoch accepted before a crash rules out earlier ones, and another leader of the same number', async () => {
    const table = new Table([])
    table.seat('a', diskOf({ accepted: ballot(5, 'b') }), three)
    table.input('a')
    for (const [leader, counter] of [
      ['c', 4],
      ['c', 5],
      ['b', 5],
      ['c', 6],
    ] as const) {
      table.say(`${leader} leads epoch ${counter}`)
      table.letters = []
      const of = ballot(counter, leader)
      table.message('a', leader, {
        type: 'ping',
        ballot: of,
        chosenThrough: 0 as never,
        round: 1,
        upToDate: false,
      })
      const isRefused = table.letters.some(isOf('refused'))
      expect(isRefused).toBe(counter < 5 || (counter === 5 && leader === 'c'))
      if (isRefused) continue
      const { session } = letterOf(table, 'followerInfo', leader)
      table.message('a', leader, { type: 'newEpoch', session, ballot: of })
      expect(letterOf(table, 'ackEpoch', leader).ballot).toEqual(of)
      expect(recordOf(table, 'a').accepted).toEqual(of)
    }
    await matches(table, 'accepted-epoch')
  })

  test('ZAB-5 a number that was proposed is not proposed again after a crash', () => {
    const table = new Table(three)
    for (const name of three) table.input(name)
    table.settle(isOf('newEpoch'))
    expect(recordOf(table, 'c').accepted).toEqual(ballot(1, 'c'))
    table.crash('c')
    table.restart('c')
    table.pass(three, 25)
    expect(three.map(name => table.status(name).ballot.counter)).toEqual([2, 2, 2])
  })
})

describe('memberships that discovery asks', () => {
  /** x founded; d was taken in, then r; x left for good. d knows it, r holds it and has not heard that it is chosen. */
  const entries = (ending: readonly string[]) =>
    [['x'], ['d', 'x'], ['d', 'r', 'x'], ending].map(voters => ({
      type: 'membership' as const,
      membership: { voters: voters.map(id), observers: [] },
    }))
  const disk = (chosenThrough: number, epoch: number, ending: readonly string[]) => ({
    ...diskOf({ accepted: ballot(3, 'd'), current: ballot(epoch, 'd'), chosenThrough }),
    log: [
      {
        type: 'append' as const,
        run: { ballot: ballot(1, 'd'), firstSlot: slot(1), values: entries([]).slice(0, 3) },
      },
      {
        type: 'append' as const,
        run: { ballot: ballot(epoch, 'd'), firstSlot: slot(4), values: entries(ending).slice(3) },
      },
    ],
  })

  test.each([
    ['named by one that has not heard what replaced them', disk(0, 3, ['d', 'r'])],
    ['in a slot in which another was chosen', disk(3, 2, ['r', 'x'])],
  ])('ZAB-25 quorums are asked of none %s', (_, ofR) => {
    const table = new Table([])
    table.seat('d', disk(4, 3, ['d', 'r']), [])
    table.seat('r', ofR, [])
    table.input('d')
    table.input('r')
    const isForX = ({ to }: { readonly to: string }) => to === 'x'
    table.pass(['d', 'r'], 60, isForX)
    expect([table.status('d').leader, table.status('r').leader]).toEqual(['d', 'd'])
    table.propose('d', 'new')
    table.settle(isForX)
    expect(table.chosen('d', 'r')).toEqual([5, 5])
  })
})
