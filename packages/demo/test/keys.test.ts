import { expect, test } from 'vitest'
import { keyAction } from '../src/tree/keys.ts'

const at = (selected: string, open: boolean | null, firstChild?: string) => ({
  paths: ['/', '/a', '/a/b', '/c'],
  selected,
  open,
  firstChild,
})

test('DEMO-22 arrows walk the rows, open and close, and go to parent and first child', () => {
  expect(keyAction('ArrowDown', at('/a', true, '/a/b'))).toEqual({ type: 'select', path: '/a/b' })
  expect(keyAction('ArrowUp', at('/', true))).toBeNull()
  expect(keyAction('End', at('/', true))).toEqual({ type: 'select', path: '/c' })
  expect(keyAction('ArrowRight', at('/a', false))).toEqual({ type: 'open', path: '/a' })
  expect(keyAction('ArrowRight', at('/a', true, '/a/b'))).toEqual({ type: 'select', path: '/a/b' })
  expect(keyAction('ArrowLeft', at('/a', true))).toEqual({ type: 'close', path: '/a' })
  expect(keyAction('ArrowLeft', at('/a/b', null))).toEqual({ type: 'select', path: '/a' })
  expect(keyAction('x', at('/a', true))).toBeNull()
})
