import { expect, test } from 'vitest'
import { parseArguments } from '../../src/sim/arguments.ts'

test('SIM-10 the command line names an engine, a range of seeds and what to print', () => {
  const line = '--engine multi-paxos --seeds 5..9 --trace --history out.jsonl --twice --workers 1'
  expect(parseArguments(line.split(' '))).toMatchObject({
    ok: true,
    value: {
      engine: 'multi-paxos',
      seeds: [5, 9],
      trace: true,
      historyFile: 'out.jsonl',
      twice: true,
      workers: 1,
    },
  })
  expect(parseArguments(['--seeds', '7'])).toMatchObject({ value: { seeds: [7, 7], trace: false } })
})

test('SIM-10 named faults are taken in their order; without them each seed draws', () => {
  expect(parseArguments(['--faults', 'crash,loss'])).toMatchObject({
    value: { twist: { faults: ['loss', 'crash'] } },
  })
  expect(parseArguments([])).toMatchObject({ value: { twist: { faults: null } } })
  const refused = parseArguments(['--faults', 'loss,flood'])
  expect(refused).toMatchObject({ ok: false, error: /flood: loss, delay, .*, farewell/ })
})

test.each([
  '--seeds x',
  '--seeds 9..5',
  '--engine none',
  '--workers 0',
  '--history',
  '--tracee',
  '--faults none',
  '--faults',
])('SIM-10 %s is refused', line => {
  expect(parseArguments(line.split(' ')).ok).toBe(false)
})

test('SIM-10 how many changes are kept for clients that follow the tree is a count', () => {
  expect(parseArguments(['--followed', '20'])).toMatchObject({ value: { twist: { followed: 20 } } })
  expect(parseArguments([])).toMatchObject({ value: { twist: { followed: null } } })
  for (const value of ['0', 'some', ''])
    expect(parseArguments(['--followed', value])).toMatchObject({ ok: false })
})

test('SIM-10 how long faults happen is a count of seconds', () => {
  expect(parseArguments(['--lasting', '90'])).toMatchObject({ value: { twist: { lasting: 90 } } })
  expect(parseArguments([])).toMatchObject({ value: { twist: { lasting: null } } })
  for (const value of ['0', 'long', '1.5'])
    expect(parseArguments(['--lasting', value])).toMatchObject({ ok: false })
})
