import { describe, expect, test } from 'vitest'
import { nodeId, slot } from '../../../src/logic/base/ids.ts'
import { appendEntriesMax, pipelineSlotsMax, proposalQueueMax } from '../../../src/logic/base/limits.ts'
import { Scenario } from './scenario.ts'

function leading(): Scenario {
  const table = new Scenario(['a', 'b', 'c'])
  table.elect('a')
  return table
}

const many = (count: number) => Array.from({ length: count }, (_, index) => `${index}`)

describe('flow', () => {
  test('RAFT-19 what is open is bounded by the pipeline, one message by its entries; the rest waits', () => {
    const table = leading()
    table.part(['a'], ['b', 'c'])
    table.propose('a', ...many(pipelineSlotsMax + 10))
    const sent = table.intercept(({ to, message }) => to === 'b' && message.type === 'append')
    const counts = sent.map(({ message }) =>
      message.type === 'append' ? message.runs.reduce((sum, run) => sum + run.values.length, 0) : 0,
    )
    expect(Math.max(...counts)).toBe(appendEntriesMax)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(pipelineSlotsMax)
    table.settle()
    table.mend()
    table.tick('a', 6)
    table.settle()
    expect(table.status('a').chosenThrough).toBe(1 + pipelineSlotsMax + 10)
  })

  test('RAFT-19 commands over the queue are dropped as a whole', () => {
    const table = leading()
    table.propose('a', ...many(proposalQueueMax + 1))
    table.settle()
    expect(table.status('a').chosenThrough).toBe(1)
  })

  test('RAFT-19 an append that lies far off is answered and takes no room', () => {
    const table = leading()
    const far = 2 ** 52
    const ballot = { counter: 1, node: nodeId('a') }
    const run = { ballot, firstSlot: slot(far + 1), values: [new Uint8Array([1])] }
    const message = {
      type: 'append',
      ballot,
      prev: { slot: slot(far), ballot },
      runs: [run],
      chosenThrough: slot(far),
    } as const
    table.input('b', { type: 'message', from: nodeId('a'), message })
    expect(table.letters.map(letter => letter.message)).toEqual([
      { type: 'mismatched', ballot, prevSlot: far, hint: { slot: 1, ballot } },
    ])
    expect(table.status('b').chosenThrough).toBe(1)
  })

  test('RAFT-20 what is lost is sent again after a while, at once over a new connection', () => {
    const table = leading()
    table.propose('a', 'x')
    table.settle(() => false)
    table.tick('a', 5)
    expect(table.letters.some(({ message }) => message.type === 'append')).toBe(false)
    table.settle(() => false)
    table.tick('a')
    table.settle()
    expect(table.status('b').chosenThrough).toBe(2)
    table.propose('a', 'y')
    table.settle(() => false)
    table.input('a', { type: 'connected', peer: nodeId('b') })
    table.settle()
    expect(table.log('b')).toContain('1y')
  })

  test('RAFT-20 appends that arrive in any order are taken once they fit', () => {
    const table = leading()
    table.propose('a', 'x')
    table.propose('a', 'y')
    table.propose('a', 'z')
    table.letters.reverse()
    table.settle()
    table.tick('a', 6)
    table.settle()
    expect(['a', 'b', 'c'].map(name => table.status(name).chosenThrough)).toEqual([4, 4, 4])
  })

  test('RAFT-1 a node that does not lead drops commands and changes', () => {
    const table = leading()
    table.propose('b', 'x')
    table.input('b', { type: 'changeMembership', change: { type: 'addObserver', node: nodeId('d') } })
    table.input('b', { type: 'transfer', to: nodeId('c') })
    table.settle()
    expect(table.status('a').chosenThrough).toBe(1)
  })
})
