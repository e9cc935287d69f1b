import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

test('VIRT-16 the example of docs/TESTING-APPS.md is the one that is tested', () => {
  const shown = /```ts\n([\s\S]*?)```/.exec(read('../../../../docs/TESTING-APPS.md'))?.[1]
  const tested = read('./example.test.ts')
    .replace("'../../src/recipes/index.ts'", "'@peerkeeper/core/recipes'")
    .replace("'../../src/testing/index.ts'", "'@peerkeeper/core/testing'")
    .replaceAll('VIRT-16 ', '')
  expect(shown).toBe(tested)
})
