import { expect, test } from 'vitest'
import { nodeId, slot } from '../../../src/logic/base/ids.ts'
import { ballot, type Letter, run, Table } from './table.ts'

const matches = (table: Table, name: string) => expect(table.trace).toMatchFileSnapshot(`traces/${name}.txt`)

/** a leads, and everybody knows. */
function led(...founders: readonly string[]): Table {
  const table = new Table(founders)
  table.elect('a')
  return table
}

test('MULTI-1 a first leader founds the log, then values are chosen in the order in which they were given', async () => {
  const table = led('a', 'b', 'c')
  table.propose('a', 'x', 'y')
  table.settle()
  await matches(table, 'normal')
})

test('MULTI-2 of two leaders the later one wins; what the earlier one could not get chosen is lost', async () => {
  const table = led('a', 'b', 'c')
  table.part(['a'], ['b', 'c'])
  table.propose('a', 'lost')
  table.settle()
  table.elect('b', ['c'])
  table.propose('b', 'won')
  table.settle()
  expect([table.status('a').role, table.status('b').role]).toEqual(['leader', 'leader'])
  table.mend()
  table.tick('a', 2)
  table.settle()
  expect(table.status('a').role).toBe('follower')
  table.tick('b', 8)
  table.settle()
  expect(table.status('a').chosenThrough).toBe(table.status('b').chosenThrough)
  await matches(table, 'two-leaders')
})

test('MULTI-3 a new leader proposes again what it finds accepted, in its own ballot', async () => {
  const table = led('a', 'b', 'c')
  table.propose('a', 'x')
  table.settle(({ to, message }) => to === 'c' || message.type === 'accepted')
  table.crash('a')
  table.elect('c', ['b'])
  expect(table.status('b').chosenThrough).toBe(3)
  await matches(table, 'takeover')
})

test('MULTI-4 a new leader fills holes with no-ops and leaves what stands behind them in its slot', async () => {
  const table = led('a', 'b', 'c')
  table.propose('a', 'lost')
  table.take(({ message }) => message.type === 'accept')
  table.propose('a', 'kept')
  table.settle(({ to, message }) => to === 'c' || message.type === 'accepted')
  table.crash('a')
  table.elect('c', ['b'])
  await matches(table, 'hole')
})

test('MULTI-5 of several values for one slot the one of the highest ballot is taken over', async () => {
  const table = led('a', 'b', 'c')
  table.propose('a', 'old')
  table.settle(() => true)
  table.say('b fills the slot with something else, and only b knows that it is chosen')
  table.part(['a'], ['b', 'c'])
  table.elect('b', ['c'], ({ message }) => message.type === 'chosen')
  table.crash('b')
  table.mend()
  table.tick('a', 25)
  table.settle(() => true)
  table.elect('c', ['a'])
  expect(table.status('a').chosenThrough).toBe(3)
  await matches(table, 'highest-ballot')
})

test('MULTI-6 who was away is brought up to date', async () => {
  const table = led('a', 'b', 'c')
  table.crash('c')
  table.propose('a', 'x')
  table.settle()
  table.propose('a', 'y')
  table.settle()
  table.restart('c')
  table.input('a', { type: 'connected', peer: nodeId('c') })
  table.settle()
  expect(table.status('c').chosenThrough).toBe(3)
  await matches(table, 'catch-up')
})

test('MULTI-7 nothing is proposed behind a membership change until it is chosen', async () => {
  const table = new Table(['a', 'b', 'c'], { joiners: ['d'] })
  table.elect('a')
  table.input('a', { type: 'changeMembership', change: { type: 'addObserver', node: nodeId('d') } })
  table.settle()
  table.say('a voter more: with four of them, three decide')
  table.input(
    'a',
    { type: 'changeMembership', change: { type: 'promote', node: nodeId('d') } },
    { type: 'propose', commands: [new TextEncoder().encode('x')] },
  )
  table.settle(({ to }) => to === 'c' || to === 'd')
  expect(table.status('a')).toMatchObject({ chosenThrough: 3, membership: { voters: ['a', 'b', 'c', 'd'] } })
  table.tick('a', 6)
  table.settle()
  expect(table.status('a').chosenThrough).toBe(4)
  await matches(table, 'membership')
})

test('MULTI-7 a second change is dropped while one is under way', () => {
  const table = new Table(['a', 'b', 'c'], { joiners: ['d', 'e'] })
  table.elect('a')
  for (const node of ['d', 'e'])
    table.input('a', { type: 'changeMembership', change: { type: 'addObserver', node: nodeId(node) } })
  table.settle()
  expect(table.status('a').membership.observers).toEqual(['d'])
})

test('MULTI-8 a leader that was paused answers no read that it could not confirm', async () => {
  const table = led('a', 'b', 'c')
  table.tick('a', 2)
  table.settle()
  table.say('a stands still; the others go on without it')
  table.part(['a'], ['b', 'c'])
  table.elect('b', ['c'])
  table.propose('b', 'new')
  table.settle()
  table.say('a goes on, and is asked before it hears of that')
  table.input('a', { type: 'read', id: 7 })
  table.mend()
  table.tick('a', 2)
  table.settle()
  expect(table.reads).toEqual([])
  await matches(table, 'paused-leader')
})

test('MULTI-8 a read counts only on rounds that began after it was asked', () => {
  const table = led('a', 'b', 'c')
  table.tick('a', 2)
  const echoes = table.letters.length > 0
  table.settle()
  expect(echoes).toBe(true)
  table.input('a', { type: 'read', id: 1 })
  expect(table.reads).toEqual([])
  table.settle()
  expect(table.reads).toEqual(['a 1@1'])
})

test('MULTI-8 a new leader answers no read before it knows what was chosen before it', () => {
  const table = led('a', 'b', 'c')
  table.propose('a', 'x')
  table.settle(({ message }) => message.type === 'chosen')
  table.crash('a')
  const isAccept = ({ message }: Letter) => message.type === 'accept'
  table.elect('b', ['c'], isAccept)
  expect(table.status('b')).toMatchObject({ role: 'leader', chosenThrough: 1 })
  table.input('b', { type: 'read', id: 1 })
  table.settle(isAccept)
  expect(table.reads).toEqual([])
  table.tick('b', 6)
  table.settle()
  expect(table.reads).toEqual(['b 1@3'])
})

test('MULTI-9 an answer to a read of an earlier life answers none of the present one', () => {
  const table = led('a', 'b', 'c')
  table.input('b', { type: 'read', id: 1 })
  table.settle(({ message }) => message.type === 'readReply')
  table.input('b', { type: 'read', id: 1 })
  let early: readonly Letter[] = []
  while (early.length === 0) {
    const [letter] = table.letters.splice(0, 1)
    if (letter) table.deliver(letter)
    early = table.take(({ message }) => message.type === 'readReply')
  }
  table.settle()
  table.crash('b')
  table.propose('a', 'x')
  table.settle()
  table.restart('b')
  table.tick('a', 6)
  table.settle()
  table.input('b', { type: 'read', id: 1 })
  for (const letter of early) table.deliver(letter)
  expect(table.reads).toEqual([])
  table.settle()
  expect(table.reads).toEqual(['b 1@2'])
})

test('MULTI-10 who needs what is forgotten is sent a snapshot, and goes on behind it', async () => {
  const table = new Table(['a', 'b', 'c'], { logKeptSlots: 0 })
  table.elect('a')
  table.crash('c')
  table.propose('a', 'x', 'y')
  table.settle()
  table.compact('a', 3)
  table.propose('a', 'z')
  table.settle()
  table.restart('c')
  table.input('a', { type: 'connected', peer: nodeId('c') })
  table.settle()
  table.tick('c', 6)
  table.settle()
  table.tick('a', 6)
  table.settle()
  expect(table.status('c').chosenThrough).toBe(4)
  expect(table.disk('c').snapshot?.through).toBe(3)
  await matches(table, 'snapshot')
})

test('MULTI-10 what was decided in the step that installs a snapshot comes before it or is in it', () => {
  const table = new Table(['a', 'b', 'c'], { logKeptSlots: 0 })
  table.elect('a')
  table.propose('a', 'x')
  table.settle(({ to }) => to === 'c')
  const late = { type: 'accept', run: run(ballot(1, 'a'), 2, 'x'), chosenThrough: slot(2) } as const
  table.propose('a', 'y')
  table.settle(({ to }) => to === 'c')
  table.compact('a', 3)
  table.input('a', { type: 'connected', peer: nodeId('c') })
  while (!table.letters.some(({ message }) => message.type === 'snapshotPiece')) {
    const [letter] = table.letters.splice(0, 1)
    if (letter && letter.message.type !== 'accept') table.deliver(letter)
    if (table.letters.length === 0) table.tick('c', 1)
  }
  const [piece] = table.take(({ message }) => message.type === 'snapshotPiece')
  if (piece === undefined) throw new Error('a piece was on its way')
  const { install, decided } = table.input(
    'c',
    { type: 'message', from: nodeId('a'), message: late },
    { type: 'message', from: nodeId('a'), message: piece.message },
  )
  expect(install?.through).toBe(3)
  expect(decided.filter(({ slot: at }) => at <= 3)).toEqual([])
})

test('MULTI-11 a leader hands over once its successor has everything', async () => {
  const table = led('a', 'b', 'c')
  table.propose('a', 'x')
  table.input('a', { type: 'transfer', to: nodeId('b') })
  table.propose('a', 'dropped')
  table.settle()
  expect(table.status('b')).toMatchObject({ role: 'leader', ballot: ballot(2, 'b') })
  await matches(table, 'transfer')
})
