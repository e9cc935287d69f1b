import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pathLengthMax } from '../../src/logic/base/limits.ts'
import {
  depthOf,
  isReserved,
  joinPath,
  nameOf,
  parentOf,
  parsePath,
  parseSequencePrefix,
  sequencePath,
  utf8Bytes,
} from '../../src/logic/state/path.ts'
import { path } from './world.ts'

const isPath = (text: unknown): boolean => {
  const parsed = parsePath(text)
  if (!parsed.ok) expect(parsed.error.code).toBe('BadArguments')
  return parsed.ok
}

/** The rules once more, by regular expressions and without regard for speed. */
const isPathNaively = (text: string): boolean =>
  text === '/' ||
  (text.length <= pathLengthMax &&
    /^(\/[^/]+)+$/.test(text) &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    !/[\u0000-\u001f\u007f-\u009f\ud800-\uf8ff\ufff0-\uffff]/.test(text) &&
    !text.split('/').some(name => name === '.' || name === '..'))

describe('paths', () => {
  test('PATH-1 a path starts with a slash', () => {
    for (const good of ['/', '/a', '/a/b', '/with space', '/a.b', '/é漢字'])
      expect(isPath(good), good).toBe(true)
    for (const bad of ['', 'a', 'a/b', ' /a', '\\a']) expect(isPath(bad), bad).toBe(false)
    for (const bad of [undefined, null, 7, {}, ['/a'], Symbol('/a')]) expect(isPath(bad)).toBe(false)
  })

  test('PATH-2 no slash at the end, no empty component', () => {
    for (const bad of ['//', '/a/', '/a//b', '//a', '/a/b/']) expect(isPath(bad), bad).toBe(false)
  })

  test('PATH-3 no relative component', () => {
    for (const bad of ['/.', '/..', '/a/.', '/a/..', '/./a', '/../a', '/a/./b', '/a/../b'])
      expect(isPath(bad), bad).toBe(false)
    for (const good of ['/...', '/.a', '/..a', '/a.', '/a..', '/a/...', '/.../b'])
      expect(isPath(good), good).toBe(true)
  })

  test('PATH-4 every character, alone and in the middle, is taken or refused as the ranges say', () => {
    for (let unit = 0; unit <= 0xffff; unit++) {
      if (unit === 0x2f || unit === 0x2e) continue
      const forbidden =
        unit <= 0x1f || (unit >= 0x7f && unit <= 0x9f) || (unit >= 0xd800 && unit <= 0xf8ff) || unit >= 0xfff0
      const character = String.fromCharCode(unit)
      if (parsePath(`/${character}`).ok === forbidden || parsePath(`/a${character}b/c`).ok === forbidden)
        expect.fail(`U+${unit.toString(16)} should be ${forbidden ? 'refused' : 'taken'}`)
    }
    expect(isPath('/\u{1f600}')).toBe(false)
  })

  test('PATH-5 the longest path', () => {
    const longest = `/${'a'.repeat(pathLengthMax - 1)}`
    expect(isPath(longest)).toBe(true)
    expect(isPath(`${longest}a`)).toBe(false)
    expect(parseSequencePrefix(longest.slice(0, -10)).ok).toBe(true)
    expect(parseSequencePrefix(longest.slice(0, -9)).ok).toBe(false)
  })

  test.each([
    ['/', true],
    ['/a/', true],
    ['/a/n-', true],
    ['/a/.', true],
    ['/a/..', true],
    ['', false],
    ['a', false],
    ['//', false],
    ['/a//', false],
    ['/a//n-', false],
    ['/./n-', false],
    ['/a/../', false],
    ['/a\u0001', false],
    [undefined, false],
  ])('PATH-6 %j as the prefix of a sequential create: %s', (prefix, good) => {
    const parsed = parseSequencePrefix(prefix)
    expect(parsed.ok).toBe(good)
    if (parsed.ok) expect(isPath(sequencePath(parsed.value, 7))).toBe(true)
  })

  test('PATH-6 the number has ten digits', () => {
    const parsed = parseSequencePrefix('/q/')
    if (!parsed.ok) expect.fail('a prefix')
    expect(sequencePath(parsed.value, 0)).toBe('/q/0000000000')
    expect(sequencePath(parsed.value, 2_147_483_647)).toBe('/q/2147483647')
  })

  test('PATH-1 PATH-2 PATH-3 PATH-4 as regular expressions have it', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      'a',
      'bc',
      '\u0000',
      '\u007f',
      '\ud7ff',
      '\ue000',
      'é',
      '\uffef',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
        for (const text of [pieces.join(''), `/${pieces.join('')}`])
          expect(isPath(text)).toBe(isPathNaively(text))
      }),
      { seed: 11, numRuns: 5_000 },
    )
  })

  test('PATH-7 parent and name take apart what join puts together', () => {
    expect(parentOf(path('/'))).toBe('/')
    expect(nameOf(path('/'))).toBe('')
    expect(depthOf(path('/'))).toBe(0)
    expect(depthOf(path('/a/b'))).toBe(2)
    const name = fc.stringMatching(/^[a-z漢][a-z.]{0,3}$/)
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), names => {
        const joined = names.reduce(joinPath, path('/'))
        expect(joined).toBe(`/${names.join('/')}`)
        expect(joinPath(parentOf(joined), nameOf(joined))).toBe(joined)
        expect(depthOf(joined)).toBe(names.length)
        expect(utf8Bytes(joined)).toBe(new TextEncoder().encode(joined).length)
      }),
      { seed: 12, numRuns: 500 },
    )
  })

  test('TREE-14 bytes of a path in UTF-8, at the borders of its lengths', () => {
    for (const text of [
      '/',
      '/\u007e',
      '/\u00a0',
      '/\u07ff',
      '/\u0800',
      '/\u0fff',
      '/\uffef',
      '/a\u07ff\u0800',
    ])
      expect(utf8Bytes(text), JSON.stringify(text)).toBe(new TextEncoder().encode(text).length)
  })

  test('PATH-7 join refuses what is not one component', () => {
    for (const name of ['', '.', '..', 'a/b', '/', '\u0000'])
      expect(() => joinPath(path('/a'), name)).toThrow()
  })

  test('TREE-13 what is reserved', () => {
    for (const at of ['/zookeeper', '/zookeeper/quota', '/zookeeper/a/b'])
      expect(isReserved(path(at))).toBe(true)
    for (const at of ['/', '/zookeepers', '/a/zookeeper', '/zoo']) expect(isReserved(path(at))).toBe(false)
  })
})
