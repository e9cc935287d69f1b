import { expect, test } from 'vitest'
import { editableBytesMax } from '../src/limits.ts'
import { hueOf, huesOf, shortDigest } from '../src/ui/format.ts'
import { preview, textOf } from '../src/znode/text.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test('DEMO-23 data is text where it is UTF-8 of a size to edit, and shown in one line in any case', () => {
  expect(textOf(bytes('a\nb'))).toBe('a\nb')
  expect(preview(bytes('a\nb'))).toBe('a b')
  expect(textOf(Uint8Array.of(0xff, 0, 1))).toBeNull()
  expect(preview(Uint8Array.of(0xff, 0, 1))).toBe('3 bytes: ff 00 01')
  expect(textOf(new Uint8Array(editableBytesMax + 1))).toBeNull()
  expect(preview(bytes('x'.repeat(1_000))).length).toBeLessThan(130)
})

test('DEMO-24 sessions that follow each other have different colours; a digest is ten digits', () => {
  const hues = [3, 5, 7, 9].map(hueOf)
  for (const [index, hue] of hues.entries())
    for (const other of hues.slice(index + 1)) expect(Math.abs(hue - other)).toBeGreaterThan(15)
  const members = [...huesOf(['a', 'b', 'c', 'd', 'e']).values()]
  expect(
    Math.min(...members.flatMap((hue, at) => members.slice(at + 1).map(each => Math.abs(hue - each)))),
  ).toBeGreaterThan(15)
  expect(shortDigest(255)).toBe('00000000ff')
})
