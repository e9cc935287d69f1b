import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { createCodec } from '../../src/host/codec.ts'
import { isPlain, nestingMax } from '../../src/host/codec-scan.ts'

const codec = createCodec()
const bytesOf = (...bytes: number[]) => Uint8Array.from(bytes)
const nested = (depth: number) => new Uint8Array(depth + 1).fill(0x91).fill(0xc0, depth)

const plainValue: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(
      fc.string().filter(key => key !== '__proto__'),
      tie('value'),
      { maxKeys: 20, noNullPrototype: true },
    ),
  ),
})).value

/** An envelope, a command and a row of a snapshot as they were written with the library that came before this one. */
const stored: [string, string, unknown][] = [
  [
    'an envelope',
    'lgOoZW5zZW1ibGWrbXVsdGktcGF4b3OhYaFikYKkdHlwZaZlbmdpbmWnbWVzc2FnZYOkdHlwZaZhY2NlcHSjcnVug6ZiYWxsb3SCp2NvdW50ZXIHpG5vZGWhYalmaXJzdFNsb3TOAAERcKZ2YWx1ZXOSxAMBAgOBpHR5cGWkbm9vcK1jaG9zZW5UaHJvdWdozgABEW8=',
    [
      3,
      'ensemble',
      'multi-paxos',
      'a',
      'b',
      [
        {
          type: 'engine',
          message: {
            type: 'accept',
            run: {
              ballot: { counter: 7, node: 'a' },
              firstSlot: 70_000,
              values: [bytesOf(1, 2, 3), { type: 'noop' }],
            },
            chosenThrough: 69_999,
          },
        },
      ],
    ],
  ],
  [
    'a command',
    'maZjcmVhdGXLQnAAAAAAEAADArQvZ3LDtsOfZS/ml6XmnKwg8J+OicQCAP+qcGVyc2lzdGVudMDA',
    ['create', 2 ** 40 + 1, 3, 2, '/größe/日本 🎉', bytesOf(0, 255), 'persistent', null, null],
  ],
  [
    'a row',
    'kdwAEqIvYcQAActCeasKIHAAAP/Q39H/f9L//2PAy8JwAAAAAAAAzMjNASzLP/gAAAAAAADDwsDA2Sh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh43AARAAECAwQFBgcICQoLDA0ODxA=',
    [
      [
        '/a',
        bytesOf(),
        1,
        1_763_900_000_000,
        -1,
        -33,
        -129,
        -40_000,
        -(2 ** 40),
        200,
        300,
        1.5,
        true,
        false,
        null,
        null,
        'x'.repeat(40),
        Array.from({ length: 17 }, (_, index) => index),
      ],
    ],
  ],
]

describe('codec', () => {
  it('CODEC-1 a plain value comes back equal', () => {
    fc.assert(
      fc.property(plainValue, value => {
        expect(codec.decode(codec.encode(value))).toStrictEqual(value)
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it('CODEC-1 counters keep all 53 bits, and undefined is carried as null', () => {
    const value = { low: 2 ** 32, high: Number.MAX_SAFE_INTEGER, minus: -(2 ** 40) }
    expect(codec.decode(codec.encode(value))).toStrictEqual(value)
    expect(codec.decode(codec.encode({ gone: undefined }))).toStrictEqual({ gone: null })
  })

  it('CODEC-2 encoded bytes own their buffer and are not touched by later encodings', () => {
    const first = codec.encode({ data: new Uint8Array(100).fill(1) })
    const copy = first.slice()
    codec.encode({ data: new Uint8Array(10_000).fill(2) })
    expect(first).toStrictEqual(copy)
    expect(first.byteOffset).toBe(0)
    expect(first.buffer.byteLength).toBe(first.byteLength)
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype)
  })

  it('CODEC-3 byte strings come out as plain Uint8Array, also when a Buffer goes in', () => {
    const decoded = codec.decode(Buffer.from(codec.encode([bytesOf(1, 2, 3)])))
    expect(decoded).toStrictEqual([bytesOf(1, 2, 3)])
    expect(Object.getPrototypeOf((decoded as unknown[])[0])).toBe(Uint8Array.prototype)
  })

  it('CODEC-4 whatever the bytes are, decode answers and makes plain data only', () => {
    const isPlainData = (value: unknown): boolean => {
      if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) return true
      if (typeof value !== 'object') return false
      if (Array.isArray(value)) return value.every(isPlainData)
      const prototype: unknown = Object.getPrototypeOf(value)
      return (
        prototype === Uint8Array.prototype ||
        (prototype === Object.prototype && Object.values(value).every(isPlainData))
      )
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        const value = codec.decode(bytes)
        expect(value === undefined || isPlainData(value)).toBe(true)
      }),
      { seed: 2, numRuns: 20_000 },
    )
  })

  it('CODEC-4 an encoding with a few bytes changed decodes to plain data or to undefined', () => {
    const original = codec.encode({ type: 'accept', run: { values: [bytesOf(1, 2), 'text', { a: 1.5 }] } })
    fc.assert(
      fc.property(fc.nat(original.length - 1), fc.nat(255), fc.nat(original.length), (at, byte, length) => {
        const bytes = original.slice(0, length)
        bytes[at] = byte
        expect(() => codec.decode(bytes)).not.toThrow()
      }),
      { seed: 3, numRuns: 20_000 },
    )
  })

  it.each([
    ['date', new Date(0)],
    ['set', new Set([1])],
    ['error', new Error('x')],
    ['regular expression', /x/],
    ['bigint', 2n ** 60n],
    ['typed array', new Float64Array(2)],
    ['function', () => 1],
  ])('CODEC-5 a %s within a value is refused', (_, value) => {
    expect(new Packr({ moreTypes: true }).pack({ value })).toBeInstanceOf(Uint8Array)
    expect(codec.decode(new Packr({ useRecords: false, moreTypes: true }).pack({ value }))).toBeUndefined()
  })

  it('CODEC-5 records, cycles and maps with other keys than strings are refused', () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    expect(codec.decode(new Packr({ structuredClone: true, useRecords: false }).pack(cycle))).toBeUndefined()
    expect(codec.decode(new Packr().pack({ a: 1, b: 2 }))).toBeUndefined()
    expect(codec.decode(new Packr({ useRecords: false }).pack(new Map([[1, 2]])))).toBeUndefined()
    expect(codec.decode(bytesOf(0xc1))).toBeUndefined()
  })

  it('CODEC-6 a record with a key __proto__ is refused, and leaves prototypes alone', () => {
    const evil = new Packr({ useRecords: false }).pack(JSON.parse('{"__proto__":{"admin":true},"a":1}'))
    // Its own writer takes the key for another; here it stands as it is.
    const bytes = Buffer.from(
      Buffer.from(evil).toString('latin1').replace('__proto_\xa0', '__proto__'),
      'latin1',
    )
    expect(codec.decode(bytes)).toBeUndefined()
    expect(codec.decode(codec.encode(JSON.parse('[{"__proto__":{"admin":true}}]')))).toBeUndefined()
    expect(({} as { admin?: unknown }).admin).toBeUndefined()
  })

  it('CODEC-7 nesting is bounded', () => {
    expect(codec.decode(nested(nestingMax))).toBeDefined()
    expect(codec.decode(nested(nestingMax + 1))).toBeUndefined()
    expect(codec.decode(nested(1_000_000))).toBeUndefined()
  })

  it.each([
    ['list', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['map', [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ['map of half the bytes', [0x82, 0xa0, 0x01, 0xa0]],
    ['text', [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61]],
    ['bytes', [0xc6, 0x7f, 0xff, 0xff, 0xff, 0x61]],
    ['number', [0xcb, 0x00]],
    ['length', [0xdd, 0x00]],
    ['nothing', []],
  ])('CODEC-8 a %s that is longer than the bytes is refused', (_, bytes) => {
    expect(isPlain(bytesOf(...bytes))).toBe(false)
    expect(codec.decode(bytesOf(...bytes))).toBeUndefined()
  })

  it('CODEC-8 bytes after the value are refused', () => {
    expect(codec.decode(bytesOf(0x01, 0x01))).toBeUndefined()
  })

  it('CODEC-9 one message leaves nothing for the next', () => {
    const bytes = codec.encode({ a: 1, b: [1] })
    codec.decode(bytesOf(0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x01))
    codec.encode({ c: 1 })
    expect(createCodec().decode(bytes)).toStrictEqual({ a: 1, b: [1] })
    expect(codec.encode({ a: 1, b: [1] })).toStrictEqual(bytes)
  })

  it('CODEC-10 what is written is what another library writes, byte for byte', () => {
    const other = new Packr({ useRecords: false, variableMapSize: true, encodeUndefinedAsNil: true })
    fc.assert(
      fc.property(plainValue, value => {
        expect(codec.encode(value)).toStrictEqual(new Uint8Array(other.pack(value)))
      }),
      { seed: 4, numRuns: 500 },
    )
  })

  it.each(stored)(
    'CODEC-10 %s that an earlier version wrote is read, and written the same',
    (_, base64, value) => {
      const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
      expect(codec.decode(bytes)).toStrictEqual(value)
      expect(codec.encode(value)).toStrictEqual(bytes)
    },
  )

  it('CODEC-11 byte strings come out as views of the bytes that went in', () => {
    const bytes = codec.encode({ data: new Uint8Array(100) })
    const { data } = codec.decode(bytes) as { data: Uint8Array }
    expect(data.buffer).toBe(bytes.buffer)
  })
})
