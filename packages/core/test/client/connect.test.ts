import 'fake-indexeddb/auto'
import { afterEach, describe, expect, test } from 'vitest'
import type { ConnectOptions } from '../../src/client/options.ts'
import { openProfile } from './profile.ts'

let close: () => Promise<void> = async () => undefined
afterEach(() => close())

function profile() {
  const opened = openProfile()
  close = opened.close
  return opened
}

const text = ({ data }: { readonly data: Uint8Array }) => new TextDecoder().decode(data)

describe('opening with nothing but a name', () => {
  test('OPEN-1 the first tab founds an ensemble of one that works and is kept, the next has a seat at it', async () => {
    const { open } = profile()
    const a = await open()
    await a.create('/alone', 'kept')
    const b = await open()
    expect([b.node, b.ensemble]).toEqual([a.node, a.ensemble])
    expect(b.session).not.toBe(a.session)
    await a.close()
    expect(text(await b.get('/alone'))).toBe('kept')
    await b.create('/alone/still', 'told of the end of its seat while it began to host')
    await b.close()
    const again = await open()
    expect([again.node, again.ensemble]).toEqual([a.node, a.ensemble])
    expect(text(await again.get('/alone'))).toBe('kept')
    expect((await again.status())?.membership).toEqual({ voters: [a.node], observers: [] })
  })

  test('OPEN-2 where nothing is stored each tab is a replica', async () => {
    const { open } = profile()
    const [a, b] = [await open({ storage: 'memory' }), await open({ storage: 'memory' })]
    expect(b.ensemble).toBe(a.ensemble)
    expect(b.node).not.toBe(a.node)
  })

  test('OPEN-4 a tab that is closed hosts no more: each hosting is one opening', async () => {
    const { open, workers } = profile()
    for (const incarnation of [1, 2, 3]) {
      const keeper = await open()
      expect((await keeper.status())?.incarnation).toBe(incarnation)
      await keeper.close()
      expect(workers.length).toBe(incarnation)
    }
  })

  test('OPEN-3 what cannot be meant is refused before anything is opened', async () => {
    const { open, workers } = profile()
    const wrong: object[] = [
      { storage: 'memory', replicas: 'per-device' },
      { transports: [] },
      { room: 'a/b' },
      { ensemble: 'no id!' },
    ]
    for (const options of wrong)
      await expect(open(options as Partial<ConnectOptions>)).rejects.toMatchObject({ code: 'BadArguments' })
    expect(workers).toEqual([])
  })
})
