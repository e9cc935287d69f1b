/** The hooks on the oldest React that they know. */
import { createRequire } from 'node:module'
import * as react from 'react'
import { expect, test, vi } from 'vitest'
import './hooks-contract/all.ts'

const { eighteen } = vi.hoisted(() => ({
  eighteen: (name: string) => createRequire(new URL('./react-18/package.json', import.meta.url))(name),
}))

vi.mock('react', () => eighteen('react'))
vi.mock('react-dom', () => eighteen('react-dom'))
vi.mock('react-dom/client', () => eighteen('react-dom/client'))
vi.mock('react-dom/server', () => eighteen('react-dom/server'))

test('REACT-23 the hooks keep these rules on React 18 as on 19', () => {
  expect(react.version).toMatch(/^18\./)
})
