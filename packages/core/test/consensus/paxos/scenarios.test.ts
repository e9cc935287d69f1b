import { expect, test } from 'vitest'
import { slot } from '../../../src/logic/base/ids.ts'
import { ballot, isOf, type Letter, met, run, type Table } from './help.ts'

const matches = (table: Table, name: string) => expect(table.trace).toMatchFileSnapshot(`traces/${name}.txt`)

const chosen = (table: Table, ...names: readonly string[]) =>
  names.map(name => table.status(name).chosenThrough)

/** `name` waits until it finishes what holds up the others. */
function finish(table: Table, name: string, lost?: (letter: Letter) => boolean): void {
  for (let i = 0; i < 8; i++) {
    table.tick(name)
    table.settle(lost)
  }
}

test('PAXOS-9 any voter proposes, in two round trips; commands take neighbouring slots in their order', async () => {
  const table = met('a', 'b', 'c')
  table.propose('b', 'x', 'y')
  table.settle()
  table.propose('c', 'z')
  table.settle()
  expect(chosen(table, 'a', 'b', 'c')).toEqual([4, 4, 4])
  await matches(table, 'normal')
})

test('PAXOS-14 of two that want the same slot the higher ballot keeps it, the other goes to the next', async () => {
  const table = met('a', 'b', 'c')
  table.propose('a', 'x')
  table.propose('c', 'z')
  table.settle()
  expect(chosen(table, 'a', 'b', 'c')).toEqual([3, 3, 3])
  await matches(table, 'duel')
})

test('PAXOS-14 a proposer takes slots in which nobody is known to be at work', async () => {
  const table = met('a', 'b', 'c')
  table.propose('a', 'x', 'y')
  table.settle(isOf('promise'))
  table.propose('b', 'z')
  const [prepare] = table.letters
  expect(prepare?.message).toMatchObject({ type: 'prepare', first: 4, last: 4 })
})

test('PAXOS-3 PAXOS-9 a value that a minority accepted from a proposer that died is taken over', async () => {
  const table = met('a', 'b', 'c', 'd', 'e')
  table.propose('a', 'x')
  table.settle(({ to, message }) => to !== 'c' && message.type === 'accept')
  table.crash('a')
  expect(chosen(table, 'b', 'c', 'd', 'e')).toEqual([1, 1, 1, 1])
  finish(table, 'c')
  expect(chosen(table, 'b', 'c', 'd', 'e')).toEqual([2, 2, 2, 2])
  expect(table.trace).toMatch(/c writes \d+\.c from 2: x/)
  await matches(table, 'takeover')
})

test('PAXOS-15 a command that lost its slot goes before those that wait', async () => {
  const table = met('a', 'b', 'c')
  table.propose('a', 'first')
  table.settle(({ from, message }) => from === 'a' && message.type === 'accept')
  table.say('b finishes the slot, and does not hear what a accepted there')
  table.part(['a'], ['b', 'c'])
  finish(table, 'b')
  expect(chosen(table, 'b')).toEqual([2])
  table.mend()
  table.propose('a', 'second')
  for (let i = 0; i < 8; i++) {
    table.tick('a')
    table.settle()
  }
  expect(chosen(table, 'a', 'b', 'c')).toEqual([4, 4, 4])
  await matches(table, 'lost-slot')
})

test('PAXOS-16 slots that a dead proposer left are finished by who waits: empty ones with no-ops', async () => {
  const table = met('a', 'b', 'c')
  table.propose('a', 'x', 'y')
  table.settle(isOf('promise'))
  table.crash('a')
  table.propose('b', 'z')
  table.settle()
  expect(chosen(table, 'b', 'c')).toEqual([1, 1])
  finish(table, 'b')
  expect(chosen(table, 'b', 'c')).toEqual([4, 4])
  await matches(table, 'hole')
})

test('PAXOS-10 what is counted is one ballot: an acceptance of an earlier one does not count for a later one', async () => {
  const table = met('a', 'b', 'c')
  table.propose('a', 'x')
  const late: Letter[] = []
  table.settle(letter => {
    if (letter.message.type === 'accepted') late.push(letter)
    return letter.message.type === 'accepted'
  })
  table.say('a is refused, tries again in a higher ballot, and hears who accepted the lower one')
  for (const { from, message } of late)
    if (message.type === 'accepted')
      table.message('a', from, { type: 'refused', ballot: message.ballot, conflicts: [] })
  table.settle(isOf('accept'))
  for (const letter of late) table.deliver(letter)
  expect(late).toHaveLength(2)
  expect(chosen(table, 'a')).toEqual([1])
  await matches(table, 'one-ballot')
})

test('PAXOS-11 a learner does not take for chosen what it holds in a lower ballot', () => {
  const table = met('a', 'b', 'c')
  table.message('c', 'a', { type: 'accept', run: run(ballot(5, 'a'), 2, 'x') })
  table.message('c', 'b', { type: 'chosen', ...slots(2, 2), ballot: ballot(6, 'b') })
  expect(chosen(table, 'c')).toEqual([1])
  table.message('c', 'a', { type: 'chosen', ...slots(2, 2), ballot: ballot(5, 'a') })
  expect(chosen(table, 'c')).toEqual([2])
})

test('PAXOS-11 a ballot above one that is said to have chosen may hold another value', async () => {
  const table = met('a', 'b', 'c')
  table.propose('a', 'x')
  const late: Letter[] = []
  table.settle(letter => {
    if (letter.to === 'c' && letter.message.type === 'accept') late.push(letter)
    return letter.from === 'b' || letter.message.type === 'accept'
  })
  table.say('only a accepted x; b finishes the slot with c, and only b accepts the no-op')
  finish(table, 'b', ({ from, to, message }) => from === 'a' || to === 'a' || message.type === 'accept')
  table.say('c finishes the slot with a, in a still higher ballot: x is chosen')
  finish(
    table,
    'c',
    ({ from, to, message }) =>
      from === 'b' || to === 'b' || message.type === 'chosen' || message.type === 'heartbeat',
  )
  expect(chosen(table, 'a', 'b', 'c')).toEqual([1, 1, 2])
  table.say('c vouches for x in the ballot of a: it is chosen, if not in that ballot')
  for (const letter of late) table.deliver(letter)
  table.settle()
  expect(chosen(table, 'a')).toEqual([2])
  expect(table.trace).not.toMatch(/decides 2=noop/)
  finish(table, 'b')
  expect(chosen(table, 'a', 'b', 'c')).toEqual([2, 2, 2])
  await matches(table, 'higher-ballot')
})

test('PAXOS-26 what got lost is sent again', () => {
  const table = met('a', 'b', 'c')
  for (const lost of ['prepare', 'promise', 'accept', 'accepted', 'chosen'] as const) {
    const before = table.status('a').chosenThrough
    table.propose('a', lost)
    table.settle(isOf(lost))
    for (let i = 0; i < 12; i++) {
      for (const name of ['a', 'b', 'c']) table.tick(name)
      table.settle()
    }
    const [a = 0, b, c] = chosen(table, 'a', 'b', 'c')
    expect([b, c]).toEqual([a, a])
    expect(a).toBeGreaterThan(before)
    expect(table.trace).toMatch(new RegExp(`a decides .*${lost}`))
  }
})

const slots = (first: number, last: number) => ({ first: slot(first), last: slot(last) })
