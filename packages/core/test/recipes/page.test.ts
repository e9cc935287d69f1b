import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as door from '../../src/recipes/index.ts'

const page = readFileSync(new URL('../../../../docs/RECIPES.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code)

test('RECIPE-51 the page of recipes has lines of code for all that the door has', () => {
  const code = blocks.join('\n')
  for (const name of Object.keys(door)) {
    const isShown = new RegExp(`\\b${name}\\(`).test(name === 'leaderOf' ? page : code)
    expect([name, isShown]).toEqual([name, true])
  }
})

test('RECIPE-51 no recipe takes more than five lines there', () => {
  expect(blocks.length).toBeGreaterThan(20)
  for (const code of blocks.slice(1)) expect(code.trim().split('\n').length).toBeLessThanOrEqual(5)
})
