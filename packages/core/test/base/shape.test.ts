import { describe, expect, it } from 'vitest'
import { ok } from '../../src/logic/base/result.ts'
import {
  aCounter,
  aFlag,
  anId,
  anyOf,
  aSlot,
  aText,
  ifOk,
  listOf,
  oneOf,
  orNull,
  record,
  someBytes,
  union,
  where,
} from '../../src/logic/base/shape.ts'

type Move =
  | { readonly type: 'go'; readonly by: number; readonly note?: string }
  | { readonly type: 'stay' }
  | { readonly type: 'follow'; readonly whom: string | null; readonly through: readonly number[] }

const aMove = union<Move>({
  go: record({ by: where(aCounter, by => by > 0) }, { note: aText }),
  stay: record({}),
  follow: record({ whom: orNull(anId), through: listOf(aCounter, 3) }),
})

describe('shapes of outside data', () => {
  it.each<Move>([
    { type: 'go', by: 1 },
    { type: 'go', by: 1, note: '' },
    { type: 'stay' },
    { type: 'follow', whom: null, through: [] },
    { type: 'follow', whom: 'a', through: [0, 1, 2] },
  ])('SHAPE-1 what has the shape is read as it is: %j', move => {
    expect(aMove(move)).toStrictEqual(move)
  })

  it.each([
    null,
    undefined,
    'go',
    [],
    {},
    { type: 'constructor' },
    { type: 'go' },
    { type: 'go', by: 0 },
    { type: 'go', by: 1, note: null },
    { type: 'follow', through: [] },
    { type: 'follow', whom: null, through: [1, 2, 3, 4] },
    { type: 'follow', whom: null, through: [1, '2'] },
    { type: 'follow', whom: null, through: { length: 0 } },
  ])('SHAPE-1 what lacks anything of it is nothing: %j', value => {
    expect(aMove(value)).toBeUndefined()
  })

  it('SHAPE-2 what is read holds nothing else, and is not what came', () => {
    const outside = { type: 'follow', whom: 'a', through: [1], extra: { deep: true } }
    const read = aMove(outside)
    expect(read).toStrictEqual({ type: 'follow', whom: 'a', through: [1] })
    outside.through.push(2)
    expect(read).toStrictEqual({ type: 'follow', whom: 'a', through: [1] })
    expect(record({ a: aFlag })(JSON.parse('{"a":true,"__proto__":{"b":1}}'))).toStrictEqual({ a: true })
  })

  it('SHAPE-1 counters, ids, bytes and choices are themselves alone', () => {
    for (const value of [-1, 0.5, Number.NaN, 2 ** 53, '1', null]) expect(aSlot(value)).toBeUndefined()
    for (const value of ['', 'a b', 'a'.repeat(65), 1]) expect(anId(value)).toBeUndefined()
    for (const value of [[1], new ArrayBuffer(1), 'a']) expect(someBytes(value)).toBeUndefined()
    const from = anyOf(oneOf(null, 'now'), aSlot)
    expect([null, 'now', 0, 'later', -1].map(from)).toStrictEqual([null, 'now', 0, undefined, undefined])
    expect(ifOk(() => ok(7))('whatever')).toBe(7)
  })
})
