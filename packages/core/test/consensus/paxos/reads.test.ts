import { expect, test } from 'vitest'
import { nodeId } from '../../../src/logic/base/ids.ts'
import { isOf, type Letter, met, metWithJoiner, type Table } from './help.ts'

const read = (id: number) => ({ type: 'read', id }) as const

const matches = (table: Table, name: string) => expect(table.trace).toMatchFileSnapshot(`traces/${name}.txt`)

test('PAXOS-21 a read asks a quorum for the last slot accepted, and is answered at once when that is known', () => {
  const table = met('a', 'b', 'c')
  table.input('a', read(7))
  expect(table.reads).toEqual([])
  table.settle(({ to }) => to === 'c')
  expect(table.reads).toEqual(['a 7@1'])
})

test('PAXOS-21 an acceptance of its own is not enough', () => {
  const table = met('a', 'b', 'c')
  table.part(['a'], ['b', 'c'])
  table.propose('b', 'x')
  table.settle()
  table.input('a', read(1))
  table.settle()
  expect(table.reads).toEqual([])
})

test('PAXOS-21 a read waits for a value that is accepted by somebody and not known to be chosen', async () => {
  const table = met('a', 'b', 'c')
  table.propose('a', 'x')
  table.settle(({ to, message }) => (message.type === 'accept' && to === 'c') || message.type === 'chosen')
  expect(table.status('a').chosenThrough).toBe(2)
  table.crash('a')
  table.say('x is chosen; b accepted it, c has never heard of it')
  table.input('c', read(1))
  table.settle()
  expect(table.reads).toEqual([])
  for (let i = 0; i < 6; i++) {
    table.tick('c')
    table.settle()
  }
  expect(table.reads).toEqual(['c 1@2'])
  await matches(table, 'read')
})

test('PAXOS-22 an answer to another question is none, not even to one of an earlier life', () => {
  const table = met('a', 'b', 'c')
  table.input('a', read(1))
  const late: Letter[] = []
  table.settle(letter => {
    if (letter.message.type === 'readAt') late.push(letter)
    return letter.message.type === 'readAt'
  })
  expect(late).toHaveLength(2)
  table.crash('a')
  table.restart('a')
  table.settle()
  table.input('a', read(1))
  table.take(isOf('readAsk'))
  for (const letter of late) table.deliver(letter)
  expect(table.reads).toEqual([])
})

test('PAXOS-21 a read is asked again when the membership changed since it was asked', () => {
  const table = metWithJoiner()
  const add = { type: 'addObserver', node: nodeId('d') } as const
  table.input('a', { type: 'changeMembership', change: add })
  table.settle(isOf('chosen'))
  table.input('b', read(1))
  table.settle(isOf('learned'))
  expect(table.reads).toEqual([])
  let questions = 0
  for (let i = 0; i < 8; i++)
    for (const name of ['a', 'b', 'c']) {
      table.tick(name)
      table.settle(({ from, message }) => {
        if (from === 'b' && message.type === 'readAsk') questions++
        return false
      })
    }
  expect(questions).toBeGreaterThan(0)
  expect(table.reads).toHaveLength(1)
})
