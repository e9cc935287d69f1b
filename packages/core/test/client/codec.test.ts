import { describe, expect, expectTypeOf, test } from 'vitest'
import { bytes, type Codec, type Json, json, text } from '../../src/client/codec.ts'

interface Seat {
  readonly by: string
}

const parseSeat = (value: unknown): Seat => {
  if (typeof value === 'object' && value !== null && 'by' in value && typeof value.by === 'string')
    return { by: value.by }
  throw new Error('a seat says by whom it is taken')
}

const utf8 = (value: string) => new TextEncoder().encode(value)

describe('codecs', () => {
  test('API-1 what was written comes back', () => {
    const values: Json[] = [null, false, 0, '', 'é€😀', [1, [2]], { a: { b: [null] } }]
    for (const value of values) expect(json().decode(json().encode(value))).toEqual(value)
    const seat = json(parseSeat)
    expect(seat.decode(seat.encode({ by: 'Ada' }))).toEqual({ by: 'Ada' })
    for (const value of ['', 'é€😀', '\ufeffmark', '{']) expect(text.decode(text.encode(value))).toBe(value)
    const data = new Uint8Array([0, 255, 128])
    expect(bytes.decode(bytes.encode(data))).toEqual(data)
  })

  test('API-1 what is no value is thrown, either way', () => {
    const cut = new Uint8Array([0xe2, 0x82])
    for (const data of [new Uint8Array(), utf8('{'), utf8('\ufeff1'), cut]) {
      expect(() => json().decode(data)).toThrow()
    }
    expect(() => text.decode(cut)).toThrow()
    expect(() => json(parseSeat).decode(utf8('{"by":7}'))).toThrow('a seat says')
    for (const value of [undefined, () => 1, Symbol('s'), 1n])
      expect(() => json<unknown>().encode(value)).toThrow(TypeError)
  })

  test('API-1 the type is what parse returns, or what is said, or JSON', () => {
    expectTypeOf(json(parseSeat)).toEqualTypeOf<Codec<Seat>>()
    expectTypeOf(json<Seat>()).toEqualTypeOf<Codec<Seat>>()
    expectTypeOf(json()).toEqualTypeOf<Codec<Json>>()
    expectTypeOf(text).toEqualTypeOf<Codec<string>>()
    expectTypeOf(bytes).toEqualTypeOf<Codec<Uint8Array>>()
  })
})
