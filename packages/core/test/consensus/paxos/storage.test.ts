import { expect, test } from 'vitest'
import { nodeId, slot } from '../../../src/logic/base/ids.ts'
import { compareBallots } from '../../../src/logic/consensus/ballot.ts'
import type { Message } from '../../../src/logic/consensus/paxos/messages.ts'
import { paxos } from '../../../src/logic/consensus/paxos/paxos.ts'
import { ballot, bytes, emptyDisk, isOf, met, run, Table } from './help.ts'

const range = (first: number, last = first) => ({ first: slot(first), last: slot(last) })

const prepares = (table: Table) =>
  table.letters.flatMap(({ message }) => (message.type === 'prepare' ? [message.ballot] : []))

test('PAXOS-7 nothing is vouched for before its write is done, not even to itself', () => {
  const table = met('a', 'b', 'c')
  table.slowDisk('b')
  table.message('b', 'c', { type: 'prepare', ballot: ballot(900, 'c'), ...range(2) })
  table.message('b', 'c', { type: 'accept', run: run(ballot(900, 'c'), 2, 'x') })
  expect(table.letters).toEqual([])
  table.quickDisk('b')
  expect(table.letters.map(({ to, message }) => [to, message.type])).toEqual([
    ['c', 'promise'],
    ['c', 'accepted'],
  ])
})

test('PAXOS-7 a ballot is used only after the write that reserves it', () => {
  const table = new Table(['a'])
  table.slowDisk('a')
  table.tick('a')
  expect(table.letters).toEqual([])
  table.quickDisk('a')
  expect(prepares(table)).toEqual([ballot(1, 'a')])
})

test('PAXOS-12 no ballot is used twice, whenever its node crashed', () => {
  const table = met('a', 'b', 'c')
  let highest = ballot(0, 'a')
  for (let life = 0; life < 4; life++) {
    table.propose('a', `x${life}`)
    const used = prepares(table)
    expect(used.length).toBeGreaterThan(0)
    for (const each of used) expect(compareBallots(each, highest)).toBe(1)
    highest = used.at(-1) ?? highest
    table.letters = []
    table.crash('a')
    table.restart('a')
    table.letters = table.letters.filter(isOf('heartbeat'))
    for (const from of ['b', 'c'])
      table.message('a', from, {
        type: 'heartbeat',
        chosenThrough: slot(1),
        hears: ['a', 'b', 'c'].map(nodeId),
        able: true,
        lowest: nodeId('a'),
      })
    table.letters = []
  }
})

test('PAXOS-13 a promise holds over a restart', async () => {
  const table = met('a', 'b', 'c')
  table.message('b', 'c', { type: 'prepare', ballot: ballot(900, 'c'), ...range(2, 4) })
  table.letters = []
  table.crash('b')
  table.restart('b')
  table.letters = []
  table.message('b', 'a', { type: 'prepare', ballot: ballot(899, 'a'), ...range(3) })
  table.message('b', 'a', { type: 'accept', run: run(ballot(899, 'a'), 4, 'x') })
  expect(table.letters.map(({ message }) => message)).toEqual([
    { type: 'refused', ballot: ballot(899, 'a'), conflicts: [{ ...range(3), ballot: ballot(900, 'c') }] },
    { type: 'refused', ballot: ballot(899, 'a'), conflicts: [{ ...range(4), ballot: ballot(900, 'c') }] },
  ])
  await expect(table.trace).toMatchFileSnapshot('traces/promise-kept.txt')
})

test('PAXOS-13 what was accepted is reported after a restart, what was chosen is given out again', () => {
  const table = met('a', 'b', 'c')
  table.propose('a', 'x')
  table.settle()
  table.message('b', 'c', { type: 'accept', run: run(ballot(900, 'c'), 3, 'y') })
  table.letters = []
  table.crash('b')
  const { disk } = { disk: table.disk('b') }
  const founders = ['a', 'b', 'c'].map(nodeId)
  const engine = paxos.create({ self: nodeId('b'), founders, random: { below: () => 0 }, recovered: disk })
  const through = engine.status().chosenThrough
  const first = engine.step([])
  expect(first.decided.map(each => each.slot)).toEqual([1, 2].slice(0, through))
  const message: Message = { type: 'prepare', ballot: ballot(901, 'c'), ...range(3) }
  const { sendAfterPersist } = engine.step([{ type: 'message', from: nodeId('c'), message }])
  expect(sendAfterPersist.map(each => each.message)).toEqual([
    { type: 'promise', ballot: ballot(901, 'c'), ...range(3), runs: [run(ballot(900, 'c'), 3, 'y')] },
  ])
})

test('PAXOS-13 storage that cannot be an acceptor s is refused', () => {
  const founders = [nodeId('a')]
  const open = (recovered: typeof emptyDisk) => () =>
    paxos.create({ self: nodeId('a'), founders, random: { below: () => 0 }, recovered })
  const log = [{ type: 'append', run: run(ballot(1, 'a'), 1, 'x') }] as const
  const hardState = { chosenThrough: 1, reservedCounter: 0, promises: [] }
  expect(open({ ...emptyDisk, log, hardState })).not.toThrow()
  expect(open({ ...emptyDisk, log })).toThrow('without a record')
  expect(open({ ...emptyDisk, hardState })).toThrow('slot 1 is chosen')
  expect(open({ ...emptyDisk, hardState: { promised: 1 } })).toThrow('that of an acceptor')
  expect(open({ ...emptyDisk, hardState: { ...hardState, promises: [{}] } })).toThrow('that of an acceptor')
  const cut = [{ type: 'truncate', from: slot(1) }] as const
  expect(open({ ...emptyDisk, log: cut, hardState })).toThrow('never truncates')
})

test('PAXOS-23 who was away asks anybody for what is chosen, page by page', async () => {
  const table = met('a', 'b', 'c')
  table.crash('c')
  for (const text of ['x', 'y', 'z']) {
    table.propose('a', text)
    table.settle()
  }
  table.restart('c')
  table.tick('b', 2)
  table.settle()
  for (let i = 0; i < 3; i++) {
    table.tick('c')
    table.settle()
  }
  expect(table.status('c').chosenThrough).toBe(4)
  await expect(table.trace).toMatchFileSnapshot('traces/catch-up.txt')
})

test('PAXOS-23 who needs forgotten slots is offered the snapshot', async () => {
  const table = new Table(['a', 'b', 'c'], { logKeptSlots: 0 })
  table.meet('a', 'b', 'c')
  table.crash('c')
  table.propose('a', 'x', 'y')
  table.settle()
  table.compact('a', 3)
  table.compact('b', 3)
  table.restart('c')
  for (let i = 0; i < 6; i++) {
    for (const name of ['a', 'b', 'c']) table.tick(name)
    table.settle()
  }
  expect(table.status('c').chosenThrough).toBe(3)
  expect(table.disk('c').snapshot?.state).toEqual(bytes('state of 3'))
  table.crash('c')
  table.restart('c')
  expect(table.status('c').chosenThrough).toBe(3)
  table.propose('b', 'z')
  table.settle()
  expect(table.status('c').chosenThrough).toBe(4)
  await expect(table.trace).toMatchFileSnapshot('traces/snapshot.txt')
})
