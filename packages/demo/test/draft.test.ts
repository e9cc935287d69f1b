import { expect, test } from 'vitest'
import { discard, follow, isDirty, isOvertaken, type Present, rebase } from '../src/znode/draft.ts'

const at = (version: number, text: string, czxid = 1): Present => ({ path: '/a', czxid, version, text })

test('DEMO-14 an untouched draft follows the znode; a touched one stays and says which version it was made from', () => {
  const shown = follow(follow(null, at(0, 'x')), at(1, 'y'))
  expect(shown).toMatchObject({ text: 'y', version: 1 })

  const typed = { ...shown, text: 'mine' }
  const kept = follow(typed, at(2, 'theirs'))
  expect(kept).toMatchObject({ text: 'mine', version: 1 })
  expect(isOvertaken(kept, at(2, 'theirs'))).toBe(true)
  expect(rebase(kept, at(2, 'theirs'))).toMatchObject({ text: 'mine', version: 2 })
  expect(discard(at(2, 'theirs'))).toMatchObject({ text: 'theirs', version: 2 })
})

test('DEMO-15 a draft that was just saved is not replaced by the znode as it was before', () => {
  const saved = { ...follow(null, at(3, 'old')), text: 'new', seen: 'new', version: 4 }
  expect(follow(saved, at(3, 'old')).text).toBe('new')
  expect(isDirty(follow(saved, at(4, 'new')))).toBe(false)
})

test('DEMO-16 another znode, or one that was created anew, begins a new draft', () => {
  const typed = { ...follow(null, at(0, 'x')), text: 'mine' }
  expect(follow(typed, at(0, 'z', 9)).text).toBe('z')
  expect(follow(typed, { ...at(0, 'other'), path: '/b' }).text).toBe('other')
})
