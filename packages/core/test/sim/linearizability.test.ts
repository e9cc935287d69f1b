import { describe, expect, test } from 'vitest'
import {
  checkLinearizable,
  fromJsonLines,
  type HistoryEvent,
  type HistoryFunction,
  type HistoryValue,
  toJsonLines,
} from '../../src/sim/index.ts'

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
