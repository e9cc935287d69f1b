/** What an app may get wrong: each a clear error with a code, and nothing changes. */
import { expectSameState, waitForVoters } from '../support/tab.ts'
import { expect, test } from '../support/test.ts'
import { treeOf } from '../support/tree.ts'

/** What one znode may hold: its path and its data together. */
const znodeBytesMax = 1_048_575

test('E2E-19 a call that asks for the impossible is refused with a code, and the tree stays as it is', async ({
  open,
}) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const [a, b] = tabs
  await a.keeper.evaluate(async keeper => {
    await keeper.create('/parent', 'data')
    await keeper.create('/parent/child')
    await keeper.create('/fleeting', '', { mode: 'ephemeral' })
  })
  await expectSameState(tabs)
  const before = await treeOf(a)
  const codes = await b.keeper.evaluate(async keeper => {
    const bad = 'BadArguments'
    const calls: readonly (readonly [expected: string, call: () => Promise<unknown>])[] = [
      ...[
        '',
        'relative',
        '/a/',
        '//a',
        '/a//b',
        '/a/../b',
        '/./a',
        '/nul\0',
        `/${'long'.repeat(2_000)}`,
      ].flatMap(
        path =>
          [
            [bad, () => keeper.create(path)],
            [bad, () => keeper.get(path)],
            [bad, () => keeper.set(path, '')],
            [bad, () => keeper.watch(path)],
          ] as const,
      ),
      [bad, () => keeper.delete('/')],
      [bad, () => keeper.create('/zookeeper/mine')],
      [bad, () => keeper.set('/parent', '', { version: 1.5 })],
      ['NoNode', () => keeper.get('/none')],
      ['NoNode', () => keeper.children('/none', { consistency: 'linearizable' })],
      ['NoNode', () => keeper.create('/none/child')],
      ['NoNode', () => keeper.delete('/none')],
      ['NodeExists', () => keeper.create('/parent')],
      ['BadVersion', () => keeper.set('/parent', '', { version: 7 })],
      ['BadVersion', () => keeper.delete('/parent/child', { version: 7 })],
      ['NotEmpty', () => keeper.delete('/parent')],
      ['NoChildrenForEphemerals', () => keeper.create('/fleeting/child')],
    ]
    const wrong: string[] = []
    for (const [expected, call] of calls) {
      const heard = await call().then(() => 'no error', window.lab.explain)
      if (!heard.startsWith(`${expected}: `)) wrong.push(`${call} was to say ${expected}, said ${heard}`)
    }
    return { wrong, asked: calls.length, state: keeper.state }
  })
  expect(codes).toEqual({ wrong: [], asked: 48, state: 'connected' })
  expect(await treeOf(b)).toEqual(before)
  await expectSameState(tabs)
})

test('E2E-20 a znode of exactly the largest size goes through whole; one byte more is refused', async ({
  open,
}) => {
  const tabs = [await open(), await open(), await open()] as const
  await waitForVoters(tabs)
  const [a, , c] = tabs
  const path = '/large'
  const refused = await c.keeper.evaluate(
    (keeper, { path, bytes }) =>
      keeper.create(path, new Uint8Array(bytes)).then(() => 'created', window.lab.explain),
    { path, bytes: znodeBytesMax - path.length + 1 },
  )
  expect(refused).toMatch(/^DataTooLarge: .*1048575/)
  const sent = await c.keeper.evaluate(
    async (keeper, { path, bytes }) => {
      const data = new Uint8Array(bytes)
      for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(data.subarray(at, at + 65_536))
      await keeper.create(path, data)
      const hash = await crypto.subtle.digest('SHA-256', data)
      return new Uint8Array(hash).join()
    },
    { path, bytes: znodeBytesMax - path.length },
  )
  for (const tab of tabs) {
    const received = await tab.keeper.evaluate(async (keeper, path) => {
      const { data } = await keeper.get(path, { consistency: 'linearizable' })
      const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(data))
      return { bytes: data.length, hash: new Uint8Array(hash).join() }
    }, path)
    expect(received).toEqual({ bytes: znodeBytesMax - path.length, hash: sent })
  }
  const grown = await a.keeper.evaluate(
    (keeper, { path, bytes }) =>
      keeper.set(path, new Uint8Array(bytes)).then(() => 'set', window.lab.explain),
    { path, bytes: znodeBytesMax - path.length + 1 },
  )
  expect(grown).toMatch(/^DataTooLarge: /)
  await expectSameState(tabs)
})
