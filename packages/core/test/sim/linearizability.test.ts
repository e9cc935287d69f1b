import { describe, expect, test } from 'vitest'
import { chanceOf } from '../../src/sim/chance.ts'
import {
  checkLinearizable,
  fromJsonLines,
  type HistoryEvent,
  type HistoryFunction,
  type HistoryValue,
  toJsonLines,
} from '../../src/sim/index.ts'
import { type Operation, operationsByKey } from '../../src/sim/linearizability/operations.ts'
import { applyOperation, noZnode, type Register } from '../../src/sim/linearizability/register.ts'

/** `process type f value`, in the order in which it happened; all on one key unless it says otherwise. */
type Line = readonly [
  process: number,
  type: HistoryEvent['type'],
  f: HistoryFunction,
  value?: HistoryValue,
  key?: string,
]

const history = (...lines: readonly Line[]): readonly HistoryEvent[] =>
  lines.map(([process, type, f, value = null, key = '/k'], time) => ({ process, type, f, key, value, time }))

const created: readonly Line[] = [
  [9, 'invoke', 'create', 'v'],
  [9, 'ok', 'create', [0, 'v']],
]

const good: Readonly<Record<string, readonly Line[]>> = {
  'nothing at all': [],
  'one after the other': [
    ...created,
    [1, 'invoke', 'write', 'w'],
    [1, 'ok', 'write', [1, 'w']],
    [2, 'invoke', 'read'],
    [2, 'ok', 'read', [1, 'w']],
  ],
  'a read beside a write that sees it, then one that does not yet begin': [
    ...created,
    [1, 'invoke', 'write', 'w'],
    [2, 'invoke', 'read'],
    [2, 'ok', 'read', [1, 'w']],
    [1, 'ok', 'write', [1, 'w']],
  ],
  'a read beside a write that does not see it': [
    ...created,
    [1, 'invoke', 'write', 'w'],
    [2, 'invoke', 'read'],
    [1, 'ok', 'write', [1, 'w']],
    [2, 'ok', 'read', [0, 'v']],
  ],
  'a write without an answer that happened later': [
    ...created,
    [1, 'invoke', 'write', 'w'],
    [1, 'info', 'write', 'w'],
    [2, 'invoke', 'read'],
    [2, 'ok', 'read', [0, 'v']],
    [2, 'invoke', 'read'],
    [2, 'ok', 'read', [1, 'w']],
  ],
  'a write without an answer that never happened': [
    ...created,
    [1, 'invoke', 'write', 'w'],
    [1, 'info', 'write', 'w'],
    [2, 'invoke', 'delete', 0],
    [2, 'ok', 'delete'],
  ],
  'refusals that say how things stand': [
    [1, 'invoke', 'write', 'w'],
    [1, 'fail', 'write', 'NoNode'],
    ...created,
    [1, 'invoke', 'create', 'x'],
    [1, 'fail', 'create', 'NodeExists'],
    [1, 'invoke', 'cas', [3, 'x']],
    [1, 'fail', 'cas', 'BadVersion'],
    [1, 'invoke', 'cas', [0, 'x']],
    [1, 'ok', 'cas', [1, 'x']],
    [1, 'invoke', 'delete', 0],
    [1, 'fail', 'delete', 'BadVersion'],
    [1, 'invoke', 'delete', -1],
    [1, 'ok', 'delete'],
    [1, 'invoke', 'read'],
    [1, 'ok', 'read'],
  ],
  'keys that have nothing to do with each other': [
    ...created,
    [1, 'invoke', 'read', null, '/other'],
    [1, 'ok', 'read', null, '/other'],
  ],
}

const bad: Readonly<Record<string, readonly Line[]>> = {
  'a read of what was overwritten before it began': [
    ...created,
    [1, 'invoke', 'write', 'w'],
    [1, 'ok', 'write', [1, 'w']],
    [2, 'invoke', 'read'],
    [2, 'ok', 'read', [0, 'v']],
  ],
  'two reads, the later one of the older value': [
    ...created,
    [1, 'invoke', 'write', 'w'],
    [2, 'invoke', 'read'],
    [2, 'ok', 'read', [1, 'w']],
    [2, 'invoke', 'read'],
    [2, 'ok', 'read', [0, 'v']],
    [1, 'ok', 'write', [1, 'w']],
  ],
  'a write that was acknowledged and lost': [
    ...created,
    [1, 'invoke', 'write', 'w'],
    [1, 'ok', 'write', [1, 'w']],
    [1, 'invoke', 'write', 'x'],
    [1, 'ok', 'write', [1, 'x']],
  ],
  'two compare-and-sets that both won': [
    ...created,
    [1, 'invoke', 'cas', [0, 'x']],
    [2, 'invoke', 'cas', [0, 'y']],
    [1, 'ok', 'cas', [1, 'x']],
    [2, 'ok', 'cas', [1, 'y']],
  ],
  'a write that happened twice': [
    ...created,
    [1, 'invoke', 'write', 'w'],
    [1, 'ok', 'write', [1, 'w']],
    [2, 'invoke', 'read'],
    [2, 'ok', 'read', [2, 'w']],
  ],
  'a value out of nowhere': [...created, [1, 'invoke', 'read'], [1, 'ok', 'read', [0, 'u']]],
  'a create that was refused where nothing was': [
    [1, 'invoke', 'create', 'x'],
    [1, 'fail', 'create', 'NodeExists'],
  ],
  'a write without an answer that was seen and then not': [
    ...created,
    [1, 'invoke', 'write', 'w'],
    [1, 'info', 'write', 'w'],
    [2, 'invoke', 'read'],
    [2, 'ok', 'read', [1, 'w']],
    [2, 'invoke', 'read'],
    [2, 'ok', 'read', [0, 'v']],
  ],
  'one bad key among good ones': [
    ...created,
    [1, 'invoke', 'read', null, '/other'],
    [1, 'ok', 'read', [0, 'v'], '/other'],
  ],
}

describe('verdicts', () => {
  test.each(Object.entries(good))('LIN-1 linearizable: %s', (_name, lines) => {
    expect(checkLinearizable(history(...lines))).toEqual({ linearizable: true })
  })

  test.each(Object.entries(bad))('LIN-2 not linearizable: %s', (_name, lines) => {
    expect(checkLinearizable(history(...lines))).toMatchObject({ linearizable: false })
  })

  test('LIN-2 a failure names the key and what could not come next', () => {
    const lines = bad['a value out of nowhere'] ?? []
    expect(checkLinearizable(history(...lines))).toMatchObject({
      key: '/k',
      explanation: /none of these.*\[0,"u"\]/s,
    })
  })
})

describe('histories', () => {
  test('LIN-3 a process that asks twice at a time, or is answered unasked, is no history', () => {
    expect(() => checkLinearizable(history([1, 'invoke', 'read'], [1, 'invoke', 'read']))).toThrow('twice')
    expect(() => checkLinearizable(history([1, 'ok', 'read']))).toThrow('without')
    expect(() => checkLinearizable(history([1, 'invoke', 'read'], [1, 'ok', 'write', 'x']))).toThrow(
      'did not ask',
    )
  })

  test('LIN-4 a history is one event a line, and the same when it is read again', () => {
    const events = history(...(good['refusals that say how things stand'] ?? []))
    const text = toJsonLines(events)
    expect(text.split('\n')).toHaveLength(events.length + 1)
    expect(fromJsonLines(text)).toEqual(events)
  })
})

/** Operations of five processes that overlap all the time, answered as a register would, one after the other. */
function busy(count: number): readonly HistoryEvent[] {
  const lines: Line[] = [...created]
  let version = 0
  let data = 'v'
  const processes = 5
  for (let index = 0; index < count; index += processes) {
    const wave = Array.from({ length: processes }, (_, process) => process)
    for (const process of wave)
      lines.push([
        process,
        'invoke',
        process % 2 === 0 ? 'write' : 'read',
        process % 2 === 0 ? `${index}.${process}` : null,
      ])
    for (const process of [...wave].reverse()) {
      if (process % 2 === 0) {
        version++
        data = `${index}.${process}`
        lines.push([process, 'ok', 'write', [version, data]])
      } else lines.push([process, 'ok', 'read', [version, data]])
    }
  }
  return history(...lines)
}

test('LIN-5 ten thousand operations on one key are judged in seconds, good ones and bad ones', () => {
  const events = busy(10_000)
  expect(checkLinearizable(events).linearizable).toBe(true)
  const last = events.findLastIndex(({ type, f }) => type === 'ok' && f === 'read')
  const broken = events.map((event, index) =>
    index === last ? { ...event, value: [1, 'v'] as const } : event,
  )
  expect(checkLinearizable(broken).linearizable).toBe(false)
})

/** `count` operations spread over `keys` keys and a few processes, answered by one register a key, in random order. */
function spread(count: number, keys: number): readonly HistoryEvent[] {
  const chance = chanceOf(count, 'spread')
  const states = new Map<string, readonly [number, string]>()
  const lines: Line[] = []
  const open: { process: number; key: string; f: HistoryFunction; data: string }[] = []
  const answer = () => {
    const [{ process, key, f, data }] = open.splice(chance.below(open.length), 1) as [(typeof open)[0]]
    const state = states.get(key)
    if (f === 'read') return lines.push([process, 'ok', f, state ?? null, key])
    const after = [state ? state[0] + 1 : 0, data] as const
    if ((f === 'create') === (state !== undefined))
      return lines.push([process, 'fail', f, state ? 'NodeExists' : 'NoNode', key])
    states.set(key, after)
    return lines.push([process, 'ok', f, after, key])
  }
  for (let index = 0; index < count; index++) {
    if (open.length === 10) answer()
    const process = [...Array(10).keys()].find(each => open.every(other => other.process !== each)) ?? 0
    const f = chance.pick(['read', 'read', 'write', 'create'] as const)
    const request = { process, key: `/k${chance.below(keys)}`, f, data: `${index}` }
    open.push(request)
    lines.push([process, 'invoke', f, f === 'read' ? null : request.data, request.key])
  }
  while (open.length > 0) answer()
  return history(...lines)
}

test('LIN-5 ten thousand operations over a thousand keys, or over ten, are judged in seconds', () => {
  for (const keys of [10, 1_000]) {
    const events = spread(10_000, keys)
    expect(checkLinearizable(events)).toEqual({ linearizable: true })
    const last = events.findLastIndex(({ type, f, value }) => type === 'ok' && f === 'read' && value !== null)
    const broken = events.map((event, index) =>
      index === last ? { ...event, value: [0, 'never written'] as const } : event,
    )
    expect(checkLinearizable(broken)).toMatchObject({ linearizable: false, key: events[last]?.key })
  }
})

describe('what once took all memory', () => {
  const crowd = Array.from({ length: 60 }, (_, index) => index + 10)

  test('LIN-6 sixty reads and refusals beside some writes: the order among them does not matter', () => {
    const lines: Line[] = [...created]
    for (const process of crowd)
      lines.push([process, 'invoke', process % 2 ? 'read' : 'create', process % 2 ? null : `${process}`])
    for (const version of [1, 2, 3])
      lines.push([1, 'invoke', 'write', `w${version}`], [1, 'ok', 'write', [version, `w${version}`]])
    for (const process of crowd)
      lines.push(
        process % 2
          ? [process, 'ok', 'read', [process % 4, process % 4 === 0 ? 'v' : `w${process % 4}`]]
          : [process, 'fail', 'create', 'NodeExists'],
      )
    expect(checkLinearizable(history(...lines), 1_000)).toEqual({ linearizable: true })
    const broken = history(...lines, [1, 'invoke', 'read'], [1, 'ok', 'read', [1, 'w1']])
    expect(checkLinearizable(broken, 1_000)).toMatchObject({ linearizable: false })
  })

  test('LIN-6 sixty writes without an answer, whose data nobody saw, are as one that may happen sixty times', () => {
    const lines: Line[] = [...created]
    for (const process of crowd)
      lines.push([process, 'invoke', 'write', `${process}`], [process, 'info', 'write', `${process}`])
    const upTo = (version: number) =>
      history(...lines, [1, 'invoke', 'write', 'w'], [1, 'ok', 'write', [version, 'w']])
    expect(checkLinearizable(upTo(61), 1_000)).toEqual({ linearizable: true })
    expect(checkLinearizable(upTo(62), 1_000)).toMatchObject({ linearizable: false })
  })

  test('LIN-6 forty requests of all kinds without an answer, of which one was seen', () => {
    const lines: Line[] = [...created]
    for (const process of crowd.slice(0, 40)) {
      const f = (['write', 'cas', 'delete', 'create'] as const)[process % 4] ?? 'write'
      const value = f === 'cas' ? ([process % 3, `${process}`] as const) : f === 'delete' ? -1 : `${process}`
      lines.push([process, 'invoke', f, value], [process, 'info', f, value])
    }
    const seen = (data: string) => history(...lines, [1, 'invoke', 'read'], [1, 'ok', 'read', [7, data]])
    expect(checkLinearizable(seen('12'))).toEqual({ linearizable: true })
    expect(checkLinearizable(seen('v'))).toMatchObject({ linearizable: false })
  })
})

test('LIN-7 what has more orders than the bound allows is undecided, and says how far it got', () => {
  const lines: Line[] = []
  const processes = [10, 11, 12, 13, 14, 15, 16]
  for (const process of processes) lines.push([process, 'invoke', 'create', `${process}`])
  for (const process of processes) lines.push([process + 10, 'invoke', 'delete', -1])
  for (const process of processes) lines.push([process, 'ok', 'create', [0, `${process}`]])
  for (const process of processes) lines.push([process + 10, 'ok', 'delete'])
  const impossible = history(...lines, [1, 'invoke', 'read'], [1, 'ok', 'read', [0, 'never written']])
  expect(checkLinearizable(impossible, 500)).toMatchObject({ linearizable: 'undecided', key: '/k' })
  expect(checkLinearizable(impossible)).toMatchObject({ linearizable: false })
})

/** Tries every order. */
function naive(left: readonly Operation[], state: Register = noZnode): boolean {
  if (left.every(({ answer }) => answer === null)) return true
  const firstEnd = Math.min(...left.map(({ ends }) => ends))
  return left.some(operation => {
    if (operation.begins > firstEnd) return false
    const after = applyOperation(state, operation)
    return (
      after !== undefined &&
      naive(
        left.filter(other => other !== operation),
        after,
      )
    )
  })
}

/** Four lanes ask at random; answers are drawn from what could be, now and then wrong. */
function drawn(seed: number): readonly HistoryEvent[] {
  const chance = chanceOf(seed, 'drawn')
  const lines: Line[] = []
  const lanes = [0, 1, 2, 3].map(process => ({
    process,
    asked: null as readonly [HistoryFunction, HistoryValue] | null,
  }))
  for (let step = 0; step < 11; step++) {
    const lane = chance.pick(lanes)
    const { process, asked } = lane
    const data = chance.pick(['x', 'y'])
    const version = chance.below(2)
    if (asked === null) {
      const f = chance.pick(['read', 'write', 'cas', 'create', 'delete'] as const)
      const values = { read: null, write: data, cas: [version, data], create: data, delete: -1 } as const
      lane.asked = [f, values[f]]
      lines.push([process, 'invoke', f, values[f]])
      continue
    }
    const [f, value] = asked
    const own = Array.isArray(value) ? String(value[1]) : String(value)
    const good: Readonly<Record<HistoryFunction, HistoryValue>> = {
      read: chance.happens(0.4) ? null : [version, data],
      write: [version, own],
      cas: [version, own],
      create: [0, own],
      delete: null,
    }
    lane.asked = null
    if (f === 'read' || chance.happens(0.5)) lines.push([process, 'ok', f, good[f]])
    else if (chance.happens(0.6)) lines.push([process, 'fail', f, f === 'create' ? 'NodeExists' : 'NoNode'])
    else {
      lines.push([process, 'info', f, value])
      lane.process += 10
    }
  }
  return history(...lines)
}

test('LIN-8 two thousand small histories are judged as by trying every order', () => {
  const verdicts = { good: 0, bad: 0 }
  for (let seed = 1; seed <= 2_000; seed++) {
    const events = drawn(seed)
    const expected = [...operationsByKey(events).values()].every(operations => naive(operations))
    expect(checkLinearizable(events).linearizable, `seed ${seed}`).toBe(expected)
    verdicts[expected ? 'good' : 'bad']++
  }
  expect(verdicts.good).toBeGreaterThan(200)
  expect(verdicts.bad).toBeGreaterThan(200)
})
